# What a process notes of itself in a file of its own, past init and its logs.
package Ledger;
use strict;
use warnings;

# NAME or NAME-INSTANCE of the job that this process belongs to.
sub name {
  my ($job, $instance) = @ENV{qw(UPSTART_JOB UPSTART_INSTANCE)};
  return length $instance ? "$job-$instance" : $job;
}

# Appends this process to FOLDER/NAME.KIND, in one write.
sub note {
  my ($folder, $kind) = @_;
  open(my $file, '>>', "$folder/" . name() . ".$kind") or die "$kind: $!";
  syswrite $file, "$$\n";
  close $file;
}

1;
