#ifndef DEVICES_H
#define DEVICES_H

/* Mounts and makes what is missing, and says what could not be. Descriptors 0 to 2 become the console. */
void devices_open(void);

#endif
