# title: the balloon meets holes, grants, granted pages and frames that are not ours; short counts are ignored
# expect: G01 G02 G03 G04 G10 G11 G12 G13 G29 G32 G41
# needs: dom0
set -e
echo 2 > /proc/sys/vm/nr_hugepages
xgt-guest fault increase not-owned balloon-hole short-inflate short-decrease-used short-populate-used populate-over-grant superpage-over-grant balloon-granted grant-hole
