init-checkconf warns, below the line that scripts know and on standard error, of what is in order but
probably a mistake. The exit status stays 0.

  $ printf 'respawn limit 1 2\nexec A=b sleep 1 && sleep 2\nstop on a\nstop on b\n' > odd.conf
  $ init-checkconf odd.conf 2> /dev/null
  File odd.conf: syntax ok
  $ init-checkconf odd.conf 2>&1 > /dev/null | cut -d: -f1-4
  odd.conf:1:1: warning
  odd.conf:2:6: warning
  odd.conf:2:18: warning
  odd.conf:4:1: warning
  $ printf '\357\273\277exec true\n' > mark.conf; init-checkconf mark.conf
  File mark.conf: syntax ok
