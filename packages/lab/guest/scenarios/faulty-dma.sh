# title: DMA to a hole, under a grant, and to grants that are gone
# expect: G04 G06 G17 G18 G23 G29 G44
# needs: dma
set -e
for how in hole over-ram stale replaced; do xgt-guest disk /dev/nvme0n1 $how; done
