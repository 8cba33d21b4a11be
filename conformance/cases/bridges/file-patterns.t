Patterns: brackets match themselves in the condition, and `**` means any number of folders. In Upstart 1.13.2 neither starts a job, and a
condition for the root folder ends the bridge.

  $ cat > conf/rec.conf <<END
  > start on file
  > instance "\${EVENT} \${FILE} \${MATCH:-}"
  > task
  > exec sh -c 'echo "FILE=\$FILE EVENT=\$EVENT\${MATCH+ MATCH=\$MATCH}" >> $PWD/trace'
  > END
  $ mkdir -p w/a
  $ echo "start on file FILE=$PWD/w/[ab].x EVENT=create" > conf/brackets.conf
  $ echo "start on file FILE=$PWD/w/**/*.y" > conf/deep.conf
  $ echo "start on file FILE=/ EVENT=delete" > conf/root.conf
  $ boot
  $ upstart-file-bridge --user >> bridge.log 2>&1 &
  $ sleep 0.8; : > trace; seen() { for try in {1..600}; do (($(wc -l < trace) < ${1:-1})) || break; sleep 0.1; done; settled trace | sort; : > trace; }
  $ touch w/c.x w/a.x; seen; status brackets
  FILE=<dir>/w/[ab].x EVENT=create MATCH=<dir>/w/a.x
  brackets start/running
  $ touch w/1.y; seen
  FILE=<dir>/w/**/*.y EVENT=create MATCH=<dir>/w/1.y
  $ mkdir w/a/b; sleep 0.5; touch w/a/b/2.y; seen
  FILE=<dir>/w/**/*.y EVENT=create MATCH=<dir>/w/a/b/2.y
  $ mv w/a w/elsewhere; seen 2
  FILE=<dir>/w/**/*.y EVENT=create MATCH=<dir>/w/elsewhere/b/2.y
  FILE=<dir>/w/**/*.y EVENT=delete MATCH=<dir>/w/a/b/2.y
  $ mv w/elsewhere w/a; seen 2
  FILE=<dir>/w/**/*.y EVENT=create MATCH=<dir>/w/a/b/2.y
  FILE=<dir>/w/**/*.y EVENT=delete MATCH=<dir>/w/elsewhere/b/2.y
  $ cat bridge.log
