# title: the balloon is asked for more than the kernel can spare, then grants are mapped in what is left; all comes back
# expect: clean
balloon=/sys/devices/system/xen_memory/xen_memory0
kilobytes() { cat $balloon/info/current_kb; }
available() { sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo; }
# COMMAND..., the first that the kernel ends for want of memory; this shell must be the last.
first_to_go() {
  echo 1000 > /proc/self/oom_score_adj
  exec "$@"
}
echo -1000 > /proc/self/oom_score_adj
full=$(kilobytes)
asked=$((full - 65536))
mkdir /tmp/fill
mkfifo /tmp/held
exec 3<> /tmp/held
# Programs that hold 4 MiB each, to be ended; files that fill the rest but for 32 MiB; and a balloon that wants 64.
for i in 1 2 3 4 5 6; do (first_to_go dd if=/dev/zero of=/tmp/held bs=4M) 2> /dev/null & done
sleep 1
mount -t tmpfs -o size=100% fill /tmp/fill
dd if=/dev/zero of=/tmp/fill/block bs=1024 count=$(($(available) - 32768)) 2> /dev/null
echo $asked > $balloon/target_kb
(first_to_go xgt-guest grant 8 6) &
sleep 3
short=$(kilobytes)
echo "$short" > $balloon/target_kb
echo "asked for $asked KiB, got down to $short"
if [ "$short" -ge "$full" ] || [ "$short" -le $asked ]; then echo "no pressure"; exit 1; fi
for count in 16 64 256; do (first_to_go xgt-guest grant $count 1) 2>&1 || echo "no $count grants"; done
umount /tmp/fill
exec 3>&-
echo "$full" > $balloon/target_kb
tries=0
until [ "$(kilobytes)" = "$full" ]; do
  tries=$((tries + 1))
  if [ $tries -gt 300 ]; then echo "$full KiB do not come back: $(kilobytes)"; exit 1; fi
  usleep 100000
done
xgt-guest grant 64 1
