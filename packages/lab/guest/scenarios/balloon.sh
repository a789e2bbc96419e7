# title: balloon down and up again in several steps
# expect: clean
kilobytes() { cat /sys/devices/system/xen_memory/xen_memory0/info/current_kb; }
target() {
  echo "$1" > /sys/devices/system/xen_memory/xen_memory0/target_kb
  tries=0
  while [ "$(kilobytes)" != "$1" ]; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ]; then echo "target $1 not reached: $(kilobytes)"; exit 1; fi
    usleep 100000
  done
  echo "reached $1"
}
full=$(kilobytes)
target $((full - 2048))
target "$full"
target $((full - 6144))
target $((full - 1024))
target "$full"
