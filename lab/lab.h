/* lab.h: the commands of kordon-lab. Private to the folder, as all of its headers. */
#ifndef KORDON_LAB_LAB_H
#define KORDON_LAB_LAB_H

#include "tools/measure/command_line.h"

/* Each prints what it derived, or one line of what failed to stderr, and returns the program's exit code. */
int lab_calibrate(const struct measure_options *options);
int lab_fusion(const struct measure_options *options);
int lab_density(const struct measure_options *options);
int lab_fit(const struct measure_options *options);
int lab_fit_quality(const struct measure_options *options);
int lab_fit_signature(const struct measure_options *options);

#endif
