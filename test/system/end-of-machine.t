Where no script of runlevels 0 and 6 ends the machine, init does it: jobs are stopped, what else runs gets SIGTERM and then SIGKILL, who
asks for it is left alone, and the kernel is told.
mode: system

  $ bin=$(dirname $(readlink /proc/1/exe)); jobs=$bin/../../packages/daemon/jobs; ln -s $bin/* /usr/local/sbin/; for l in 0 6; do mkdir -p /etc/rc$l.d; mount -t tmpfs none /etc/rc$l.d; done; mkdir -p /etc/init; mount -t tmpfs none /etc/init; mkdir conf2 log2
  $ cp $jobs/rc.conf $jobs/end-machine.conf conf2; printf 'start on startup\nrespawn\nrespawn limit unlimited\nexec sleep 1000\npost-stop exec sh -c "echo svc was stopped >> %s/trace"\n' $PWD > conf2/svc.conf
  $ printf '#!/bin/sh\ntrap "echo got TERM >> %s/trace; exit" TERM\necho ready >> %s/trace\nwhile :; do sleep 0.1; done\n' $PWD $PWD > polite; printf '#!/bin/sh\ntrap "" TERM\necho ready >> %s/trace\nwhile :; do sleep 0.1; done\n' $PWD > stubborn; printf '#!/bin/sh\nmkdir -p /run/sendsigs.omit.d; echo $$ > /run/sendsigs.omit.d/mine\ntrap "echo harmed >> %s/trace" TERM\necho ready >> %s/trace\nwhile :; do sleep 0.1; done\n' $PWD $PWD > omitted; chmod +x polite stubborn omitted
  $ cat > machine <<'END'
  > #!/bin/sh
  > mount -t tmpfs none /run; mount -t proc proc /proc; mount -t tmpfs none /etc/rc$1.d; : > /run/utmp
  > [ -z "$3" ] || { printf '#!/bin/sh\necho script >> %s/trace\n%s\n' "$PWD" "$3" > /etc/rc$1.d/S90own; chmod +x /etc/rc$1.d/S90own; }
  > ./polite & ./omitted & [ "$1" = 6 ] || ./stubborn &
  > (until [ $(grep -c ready trace) -ge 2 ] && initctl status svc | grep -q start/running; do sleep 0.1; done; $2) < /dev/null > said 2>&1 &
  > exec init --confdir $PWD/conf2 --logdir $PWD/log2
  > END
  $ chmod +x machine; one() { : > trace; unshare --pid --mount --uts --ipc --net --fork --kill-child ./machine "$@" > out 2>&1 < /dev/null; }; begin() { one "$@" 2> /dev/null; echo "ended with $?"; grep -v ready trace | sort; }
  $ begin 0 'shutdown -h now'
  ended with 130
  got TERM
  svc was stopped
  $ begin 6 reboot
  ended with 129
  got TERM
  svc was stopped
  $ begin 0 'halt' 'exec poweroff -f'
  ended with 130
  script
  $ begin 0 'poweroff' 'exit 3'
  ended with 130
  got TERM
  script
  svc was stopped
