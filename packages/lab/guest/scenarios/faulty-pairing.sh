# title: mapping twice, unmapping twice, elsewhere or not at all, values of failed ops, and an entry cleared too early
# expect: G06 G09 G23 G24
set -e
# With pages to spare the balloon does not populate again what gntdev gives back, while the fault still maps it.
memory=/sys/devices/system/xen_memory/xen_memory0
target=$(($(cat $memory/info/current_kb) - 64))
echo $target > $memory/target_kb
while [ "$(cat $memory/info/current_kb)" != $target ]; do usleep 100000; done
xgt-guest fault double-map unmap-noop unmap-elsewhere double-unmap status-ignored cleared-but-mapped
