Folders that come later, one by one or all at once, and go again. Upstart 1.13.2 misses most of this.

  $ cat > conf/rec.conf <<END
  > start on file
  > instance "\${EVENT} \${FILE} \${MATCH:-}"
  > task
  > exec sh -c 'echo "FILE=\$FILE EVENT=\$EVENT\${MATCH+ MATCH=\$MATCH}" >> $PWD/trace'
  > END
  $ mkdir w v u
  $ echo "start on file FILE=$PWD/w/a/b/f" > conf/deep.conf
  $ echo "start on file FILE=$PWD/v/a/b/" > conf/deepdir.conf
  $ echo "start on file FILE=$PWD/u/foobar/*.x" > conf/prefix.conf
  $ boot
  $ upstart-file-bridge --user >> bridge.log 2>&1 &
  $ sleep 0.8; seen() { settled trace; : > trace; }; : > trace
  $ mkdir w/a; sleep 0.5; mkdir w/a/b; sleep 0.5; touch w/a/b/f; seen
  FILE=<dir>/w/a/b/f EVENT=create
  $ rm -r w/a; seen
  FILE=<dir>/w/a/b/f EVENT=delete
  $ mkdir -p w/a/b; touch w/a/b/f; settled trace | sort | head -1; : > trace
  FILE=<dir>/w/a/b/f EVENT=create
  $ mv w/a w/away; seen
  FILE=<dir>/w/a/b/f EVENT=delete
  $ mv w/away w/a; seen
  FILE=<dir>/w/a/b/f EVENT=create
  $ mkdir v/a; sleep 0.5; mkdir v/a/b; seen
  FILE=<dir>/v/a/b/ EVENT=create
  $ touch v/a/b/f; seen
  FILE=<dir>/v/a/b/ EVENT=modify MATCH=<dir>/v/a/b/f
  $ mkdir u/foo; sleep 0.5; mkdir u/foobar; sleep 0.5; touch u/foobar/f.x u/foobar/f.y; seen
  FILE=<dir>/u/foobar/*.x EVENT=create MATCH=<dir>/u/foobar/f.x
  $ cat bridge.log
