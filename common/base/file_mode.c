#include "common/base/file_mode.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

const char *file_mode_fault(int fd)
{
	struct stat facts;
	if (fstat(fd, &facts) != 0)
		return strerror(errno);
	return facts.st_mode & S_IWOTH ? "everybody may write it; take that right away (chmod o-w)" : NULL;
}
