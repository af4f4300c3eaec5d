#include "common/platform/endpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/base/file_mode.h"
#include "common/base/nearest.h"
#include "common/model/notice.h"
#include "common/platform/bundle_read.h"

#define ENDPOINTS "endpoints.yaml"

struct endpoints {
	struct arena *arena;
	struct yaml_tree *yaml;
	struct endpoint *rows;
	int count;
};

struct loading {
	struct endpoints *endpoints;
	struct problems *problems;
};

/* ---- secrets ---- */

/* A secret that others can read is none. Why not; NULL: text has it. */
static const char *read_secret_file(const char *path, char *text, size_t size)
{
	struct stat facts;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &facts) != 0) {
		if (fd >= 0)
			close(fd);
		return strerror(errno);
	}
	const char *open_to = file_mode_fault(fd);
	ssize_t got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, " \t\r\n")] = '\0';
	if (!open_to && facts.st_mode & S_IROTH)
		open_to = "a secret file must not be readable by everybody";
	return open_to;
}

static void read_secrets(struct endpoint *endpoint, struct problems *problems)
{
	struct webhook_secret secrets[ENDPOINT_SECRETS_MAX];
	int count = 0, before = problems->count;
	for (int i = 0; i < ENDPOINT_SECRETS_MAX; i++) {
		const char *path = endpoint->secret_files[i];
		char text[256] = "";
		const char *why = path ? read_secret_file(path, text, sizeof text) : NULL;
		if (path && !why && !webhook_secret_parse(text, &secrets[count++]))
			why = "want whsec_ and the base64 of 24 to 64 bytes";
		if (why)
			problems_add(problems, "%s: %s", path, why);
		explicit_bzero(text, sizeof text);
	}
	if (problems->count == before) {
		memcpy(endpoint->secrets, secrets, sizeof endpoint->secrets);
		endpoint->secrets_count = count;
	}
	explicit_bzero(secrets, sizeof secrets);
}

void endpoints_read_secrets(struct endpoints *endpoints, struct problems *problems)
{
	for (int i = 0; i < endpoints->count; i++)
		read_secrets(&endpoints->rows[i], problems);
}

/* ---- the rest of a row ---- */

static void load_url(struct loading *loading, struct endpoint *endpoint, const struct node *map)
{
	const struct node *node = node_get(map, "url");
	endpoint->url = node_text(loading->problems, map, "url", NULL);
	if (!node)
		return;
	const char *rest = strstr(endpoint->url, "://");
	bool http = strncmp(endpoint->url, "http://", 7) == 0;
	if (!(http && endpoint->allow_private) && strncmp(endpoint->url, "https://", 8) != 0)
		node_problem(loading->problems, node, "want https://... (http only with allow_private)");
	else if (strlen(endpoint->url) > ENDPOINT_URL_MAX)
		node_problem(loading->problems, node, "longer than %d bytes", ENDPOINT_URL_MAX);
	else if (memchr(rest + 3, '@', strcspn(rest + 3, "/?#")))
		node_problem(loading->problems, node, "no user or password in it");
}

static void load_parties(struct loading *loading, struct endpoint *endpoint, const struct node *map)
{
	const struct node *list = node_list(loading->problems, map, "parties", false);
	for (const struct node *node = node_first(list); node; node = node->next) {
		enum party party = party_by_name(node->text);
		if (party >= PARTY_COMPLAINANT && party <= PARTY_PLATFORM)
			endpoint->parties |= 1u << party;
		else
			node_problem(loading->problems, node, "want complainant, merchant or platform");
	}
	if (!list)
		endpoint->parties = 1u << PARTY_COMPLAINANT | 1u << PARTY_MERCHANT | 1u << PARTY_PLATFORM;
}

static bool is_template(const char *name)
{
	for (const char *const *at = notice_templates(); *at; at++)
		if (strcmp(*at, name) == 0)
			return true;
	return false;
}

static void load_events(struct loading *loading, struct endpoint *endpoint, const struct node *map)
{
	const struct node *list = node_list(loading->problems, map, "events", false);
	if (!list)
		return;
	const char **events = arena_new_array(loading->endpoints->arena, const char *, (size_t)list->count + 1);
	int count = 0;
	for (const struct node *node = node_first(list); node; node = node->next) {
		const char *nearest = nearest_name(node->text, notice_templates());
		if (is_template(node->text))
			events[count++] = node->text;
		else
			node_problem(loading->problems, node, "no event \"%s\"%s%s%s", node->text,
			    nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	}
	endpoint->events = events;
}

static void load_endpoint(struct loading *loading, const struct node *map)
{
	static const char *const keys[] = {
	    "id", "url", "secret_file", "old_secret_file", "events", "parties", "allow_private", NULL};
	struct endpoint *endpoint = &loading->endpoints->rows[loading->endpoints->count];
	node_check_keys(loading->problems, map, keys);
	if (map->kind != NODE_MAP)
		return;
	endpoint->id = node_text(loading->problems, map, "id", NULL);
	if (strchr(endpoint->id, '/'))
		node_problem(loading->problems, node_get(map, "id"), "no / in it");
	if (endpoints_find(loading->endpoints, endpoint->id))
		node_problem(loading->problems, map, "there is an endpoint \"%s\" already", endpoint->id);
	endpoint->allow_private = node_bool(loading->problems, map, "allow_private", false);
	load_url(loading, endpoint, map);
	endpoint->secret_files[0] = node_text(loading->problems, map, "secret_file", NULL);
	if (node_get(map, "old_secret_file"))
		endpoint->secret_files[1] = node_text(loading->problems, map, "old_secret_file", NULL);
	load_parties(loading, endpoint, map);
	load_events(loading, endpoint, map);
	loading->endpoints->count++;
}

struct endpoints *endpoints_new(const struct bundle *files, struct problems *problems)
{
	struct endpoints *endpoints = xcalloc(1, sizeof *endpoints);
	struct loading loading = {endpoints, problems};
	endpoints->arena = arena_new(0);
	if (!bundle_find(files, ENDPOINTS))
		return endpoints;
	int before = problems->count;
	endpoints->yaml = bundle_yaml(files, ENDPOINTS, problems);
	const struct node *root = endpoints->yaml ? yaml_tree_root(endpoints->yaml) : NULL;
	if (root)
		node_check_keys(problems, root, (const char *const[]){"endpoints", NULL});
	const struct node *list = root ? node_list(problems, root, "endpoints", false) : NULL;
	if (list && list->count > ENDPOINTS_MAX)
		node_problem(problems, list, "more than %d endpoints", ENDPOINTS_MAX);
	else if (list) {
		endpoints->rows = arena_new_array(endpoints->arena, struct endpoint, (size_t)list->count + 1);
		for (const struct node *node = node_first(list); node; node = node->next)
			load_endpoint(&loading, node);
	}
	if (problems->count == before)
		return endpoints;
	endpoints_free(endpoints);
	return NULL;
}

void endpoints_free(struct endpoints *endpoints)
{
	if (!endpoints)
		return;
	for (int i = 0; i < endpoints->count; i++)
		explicit_bzero(endpoints->rows[i].secrets, sizeof endpoints->rows[i].secrets);
	yaml_tree_free(endpoints->yaml);
	arena_free(endpoints->arena);
	free(endpoints);
}

const struct endpoint *endpoints_at(const struct endpoints *endpoints, int index)
{
	return index < endpoints->count ? &endpoints->rows[index] : NULL;
}

const struct endpoint *endpoints_find(const struct endpoints *endpoints, const char *id)
{
	for (int i = 0; i < endpoints->count; i++)
		if (strcmp(endpoints->rows[i].id, id) == 0)
			return &endpoints->rows[i];
	return NULL;
}

bool endpoint_wants(const struct endpoint *endpoint, enum party recipient, const char *template)
{
	if (!(endpoint->parties & 1u << recipient))
		return false;
	if (!endpoint->events)
		return true;
	for (const char *const *event = endpoint->events; *event; event++)
		if (strcmp(*event, template) == 0)
			return true;
	return false;
}
