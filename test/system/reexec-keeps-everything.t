What a re-execution finds in the middle of things goes on: a condition that is half met, a client that waits, a process
whose forks are being followed, a script that the shell has not read to its end, a signal that is about to follow.
mode: system

  $ cat > conf/half.conf <<END
  > start on first and second
  > task
  > exec sh -c 'echo both met >> $PWD/trace'
  > END
  $ cat > conf/slow.conf <<END
  > task
  > script
  >   echo begun
  >   while [ ! -e $PWD/go ]; do sleep 0.05; done
  >   echo done
  > end script
  > END
  $ printf 'expect fork\nexec %s/forking\n' $PWD > conf/forker.conf
  $ printf '#!/usr/bin/perl\nselect undef, undef, undef, 0.05 until -e "%s/fork"; exit if fork; open F, ">", "%s/child"; print F $$; close F; sleep 1000;\n' $PWD $PWD > forking; chmod +x forking
  $ printf 'kill timeout 8\nscript\n  trap "" TERM\n  echo up > %s/stubborn\n  while :; do sleep 0.1; done\nend script\n' $PWD > conf/stubborn.conf
  $ boot
  $ tr '\0' '\n' < /proc/1/environ | grep -c UPSTART_STATE_FD
  0
  [1]
  $ initctl emit --no-wait first
  $ start slow > answer & start forker > forked & start stubborn; eventually begun cat log/slow.log > /dev/null; eventually up cat stubborn
  stubborn start/running, process <pid>
  up
  $ pid=$(pid_of stubborn); stop --no-wait stubborn
  stubborn stop/killed, process <pid>
  $ telinit u; tr '\0' '\n' < /proc/1/environ | grep -c UPSTART_STATE_FD
  1
  $ initctl log-priority error; telinit u; telinit u; initctl log-priority; status slow; status stubborn
  error
  slow start/running, process <pid>
  stubborn stop/killed, process <pid>
  $ touch go; wait %1; cat answer; tr -d '\r' < log/slow.log
  slow stop/waiting
  begun
  done
  $ touch fork; wait %2; cat forked; until [ -s child ]; do sleep 0.01; done; [ $(pid_of forker) = $(cat child) ] && echo the child
  forker start/running, process <pid>
  the child
  $ kill $(pid_of forker); eventually waiting status forker
  forker stop/waiting
  $ initctl emit second; cat trace
  both met
  $ eventually waiting status stubborn; [ -e /proc/$pid ] || echo killed in the end
  stubborn stop/waiting
  killed in the end
  $ start stubborn; pid=$(pid_of stubborn)
  stubborn start/running, process <pid>
  $ before=$(pgrep -P 1 -f daemon.js); exe=$(readlink /proc/1/exe); mount --bind /bin/false $exe; telinit u; umount $exe
  $ [ $(pid_of stubborn) = $pid ] && [ $(pgrep -P 1 -f daemon.js) != $before ] && echo a new daemon under the old supervisor, whose program is unusable
  a new daemon under the old supervisor, whose program is unusable
  $ telinit u; [ $(pid_of stubborn) = $pid ] && kill -KILL $pid; eventually waiting status stubborn
  stubborn stop/waiting
  $ initctl list | sort
  forker stop/waiting
  half stop/waiting
  slow stop/waiting
  stubborn stop/waiting
