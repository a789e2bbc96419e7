# title: the balloon meets holes, grants and frames that are not ours
# expect: G01 G03 G10 G11 G12
echo 2 > /proc/sys/vm/nr_hugepages
xgt-guest fault not-owned balloon-hole short-inflate populate-over-grant superpage-over-grant
