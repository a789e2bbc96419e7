# title: disk I/O from granted pages: the device gets their bus addresses
# expect: clean
# needs: dma
xgt-guest disk /dev/nvme0n1
