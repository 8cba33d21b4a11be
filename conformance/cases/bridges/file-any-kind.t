Whatever appears is noticed, and so is its end: pipes, symbolic and hard links, too, which Upstart 1.13.2 does not notice.

  $ cat > conf/rec.conf <<END
  > start on file
  > instance "\${EVENT} \${FILE} \${MATCH:-}"
  > task
  > exec sh -c 'echo "FILE=\$FILE EVENT=\$EVENT\${MATCH+ MATCH=\$MATCH}" >> $PWD/trace'
  > END
  $ mkdir w; touch w/src
  $ for n in pipe link hard; do echo "start on file FILE=$PWD/w/$n" > conf/$n.conf; done
  $ boot
  $ upstart-file-bridge --user >> bridge.log 2>&1 &
  $ sleep 0.8; : > trace; seen() { settled trace; : > trace; }
  $ mkfifo w/pipe; seen
  FILE=<dir>/w/pipe EVENT=create
  $ ln -s /etc/passwd w/link; seen
  FILE=<dir>/w/link EVENT=create
  $ ln w/src w/hard; seen
  FILE=<dir>/w/hard EVENT=create
  $ rm w/pipe; seen
  FILE=<dir>/w/pipe EVENT=delete
  $ rm w/link; seen
  FILE=<dir>/w/link EVENT=delete
  $ rm w/hard; seen
  FILE=<dir>/w/hard EVENT=delete
  $ mkfifo w/p; mv w/p w/pipe; seen
  FILE=<dir>/w/pipe EVENT=create
  $ cat bridge.log
