/* What the supervisor does besides when it is the system's init: process 1 (reference: system 2). */
#ifndef PID1_H
#define PID1_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Decides what this process is by its arguments, its pid and its user: process 1 of a machine (true), or the init of a session
 * or a container. Anybody else is no init: root becomes telinit with the same arguments, others are told so.
 */
bool pid1_is_ours(int argc, char **argv);
/* Whether the arguments make it the init of a container. */
bool pid1_is_of_container(int argc, char **argv);
/* Whether this is process 1 of a machine, which never ends. */
bool pid1_is_system(void);

/* Mounts, devices, console, environment: everything before the first signal can be taken. Not repeated by a re-execution. */
void pid1_start_up(void);
/* Has the kernel report Ctrl-Alt-Del and the keyboard's request key, and opens its log for what the supervisor says. */
void pid1_attach_to_kernel(void);
/* Whether a signal means nothing here: SIGWINCH does when it cannot come from the keyboard. Never in an init of a session. */
bool pid1_ignores(int signal);

/* pid1_devices.c: each says what could not be done. */
void pid1_mount_device_file_systems(void);
void pid1_make_devices(void);
void pid1_open_console(void);
void pid1_mount_kernel_file_systems(void);

#endif
