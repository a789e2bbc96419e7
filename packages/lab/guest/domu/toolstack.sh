# Starts Xen's toolstack in Dom0, and DomUs. Scenarios read this file.
toolstack_start() {
  mount -t xenfs xenfs /proc/xen
  mkdir -p /dev/pts
  mount -t devpts devpts /dev/pts
  mkdir -p /run/xen /run/xenstored /run/lock /var/lib/xen /var/lib/xenstored /var/log/xen/console /etc/xen/scripts
  : > /etc/xen/xl.conf
  ln -s /run /var/run
  ln -s /run/lock /var/lock
  cp /domu/block-plain /etc/xen/scripts
  chmod 755 /etc/xen/scripts/block-plain
  xenstored --pid-file /run/xenstored.pid
  wait_for "xenstored" xenstore-exists /tool/xenstored
  xen-init-dom0
  xenconsoled --log=guest --pid-file=/run/xenconsoled.pid
}

# wait_for WHAT COMMAND...: until the command succeeds
wait_for() {
  what=$1
  shift
  end=$(($(date +%s) + 200))
  until "$@" > /dev/null 2>&1; do
    if [ "$(date +%s)" -gt $end ]; then
      echo "waited too long for $what"
      toolstack_state
      exit 1
    fi
    usleep 200000
  done
}

# domu_create NAME ARGUMENTS [DISK]: ARGUMENTS are the DomU's init's
domu_create() {
  cat > "/tmp/$1.cfg" << END
name = "$1"
kernel = "/domu/Image"
ramdisk = "/domu/initramfs.gz"
extra = "console=hvc0 panic=-1 quiet $2"
memory = 256
vcpus = 1
on_reboot = "destroy"
${3:+disk = [ 'format=raw,vdev=xvda,access=rw,backendtype=phy,script=block-plain,target=$3' ]}
END
  xl create "/tmp/$1.cfg"
}

# What tells why something hangs.
toolstack_state() {
  domu_console
  xl list
  cat /var/log/xen/xl-*.log
  xenstore-ls -f /local/domain/0/backend
  dmesg | tail -n 20
  ps -o pid,stat,args | grep -v ']$'
}

domu_console() { cat /var/log/xen/console/* 2> /dev/null; }

# domu_said NAME TEXT
domu_said() { grep -q "$2" "/var/log/xen/console/guest-$1.log"; }

# xl lists a domain, its name gone, until nobody holds a page of it.
domus_gone() { [ "$(xl list | wc -l)" = 2 ]; }

# domu_worked NAME: waits until a DomU has ended itself, and fails where it found something wrong
domu_worked() {
  wait_for "the DomU's end" domus_gone
  domu_console
  domu_said "$1" DOMU-DONE && ! domu_said "$1" DOMU-FAILED
}
