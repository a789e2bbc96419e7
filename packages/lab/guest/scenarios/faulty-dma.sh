# title: DMA to holes, under a grant, to another domain's frame, past a page, and to grants that are gone or moved
# expect: G04 G05 G06 G16 G17 G18 G19 G23 G29 G44 G45
# needs: dma dom0
set -e
echo 2 > /proc/sys/vm/nr_hugepages
xgt-guest fault dma-to-hole dma-after-unmap dma-under-grant dma-to-foreign dma-stale dma-replaced dma-wrong-frame dma-straddles
