# title: disk I/O from granted pages: the device gets their bus addresses
# expect: clean
# needs: dma
xgt-guest disk "${XGT_DISK:-/dev/nvme0n1}"
