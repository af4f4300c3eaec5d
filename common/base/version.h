/* What every program of ours says to --version, and the metric ombud_build_info. */
#ifndef OMBUD_BASE_VERSION_H
#define OMBUD_BASE_VERSION_H

#define OMBUD_VERSION "0.1"

#endif
