# A process that notes itself, runs for SECONDS, notes its end and exits with STATUS.  Usage: task.pl FOLDER SECONDS STATUS
use strict;
use warnings;
use lib do { $0 =~ m{^(.*)/}; $1 };
use Ledger;

my ($folder, $seconds, $status) = @ARGV;
Ledger::note($folder, 'starts');
select undef, undef, undef, $seconds;
Ledger::note($folder, 'ends');
exit $status;
