/* The folder of log files, which is made again when it has been removed. */
#ifndef LOG_FOLDER_H
#define LOG_FOLDER_H

#include <stdbool.h>

#include "link/frames.h"

/* Main thread: a LOG_FOLDER frame, on the folder as it is to be found now. */
void log_folder_set(const struct frame *frame);

/* For the thread that writes, when there is no folder for this file: true when there is one again. */
bool log_folder_make_for(const char *file);

#endif
