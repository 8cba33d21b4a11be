" Job files of Upstart, of the system and of sessions.
autocmd BufNewFile,BufRead */etc/init/*.conf,*/etc/init/*.override setfiletype upstart
autocmd BufNewFile,BufRead */.init/*.conf,*/.init/*.override setfiletype upstart
autocmd BufNewFile,BufRead */upstart/*.conf,*/upstart/*.override setfiletype upstart
