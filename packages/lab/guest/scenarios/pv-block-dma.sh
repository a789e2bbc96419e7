# title: a DomU's PV disk on a real disk: the device gets bus addresses of granted pages, mapped for each request
# expect: clean
# needs: dma toolstack
# seconds: 600
set -e
. /domu/toolstack.sh
echo 0 > /sys/module/xen_blkback/parameters/feature_persistent
toolstack_start
domu_create guest disk=1 /dev/nvme0n1
domu_worked guest
