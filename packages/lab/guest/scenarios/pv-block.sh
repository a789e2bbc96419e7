# title: a DomU reads and writes its PV disk, a ram disk; grants stay mapped for later requests
# expect: clean
# needs: toolstack
# seconds: 600
set -e
. /domu/toolstack.sh
toolstack_start
domu_create guest disk=1 /dev/ram0
domu_worked guest
