Names with blanks in them stay whole in check-config.

  $ printf 'start on a\\ b\nstop on started c\\ d\n' > conf/blank.conf; loaded blank
  $ initctl check-config blank
  blank
    start on: unknown event a b
    stop on: unknown job c d
  [1]
