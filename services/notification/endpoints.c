#include "services/notification/endpoints.h"

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
#include "common/io/yaml.h"
#include "common/model/notice.h"

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

static void take_secret(struct loading *loading, struct endpoint *endpoint, const struct node *node, const char *text)
{
	if (webhook_secret_parse(text, &endpoint->secrets[endpoint->secrets_count]))
		endpoint->secrets_count++;
	else
		node_problem(loading->problems, node, "want whsec_ and the base64 of 24 to 64 bytes");
}

/* A secret that others can read is none. */
static bool read_secret_file(const struct loading *loading, const struct node *node, char *text, size_t size)
{
	struct stat facts;
	int fd = open(node->text, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &facts) != 0) {
		node_problem(loading->problems, node, "%s: %s", node->text, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	const char *open_to = file_mode_fault(fd);
	ssize_t got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, " \t\r\n")] = '\0';
	if (open_to) {
		node_problem(loading->problems, node, "%s: %s", node->text, open_to);
		return false;
	}
	if (facts.st_mode & S_IROTH) {
		node_problem(loading->problems, node, "%s: a secret file must not be readable by everybody", node->text);
		return false;
	}
	return true;
}

static void load_secret(
    struct loading *loading, struct endpoint *endpoint, const struct node *map, const char *key, const char *file_key)
{
	const struct node *plain = node_get(map, key), *file = node_get(map, file_key);
	char text[256];
	if (plain && file)
		node_key_problem(loading->problems, file, "%s and %s are both set", key, file_key);
	else if (plain && node_expect(loading->problems, plain, NODE_TEXT))
		take_secret(loading, endpoint, plain, plain->text);
	else if (file && node_expect(loading->problems, file, NODE_TEXT) && read_secret_file(loading, file, text, sizeof text))
		take_secret(loading, endpoint, file, text);
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
	static const char *const keys[] = {"id", "platform", "url", "secret", "secret_file", "old_secret", "old_secret_file",
	    "events", "parties", "allow_private", NULL};
	struct endpoint *endpoint = &loading->endpoints->rows[loading->endpoints->count];
	node_check_keys(loading->problems, map, keys);
	if (map->kind != NODE_MAP)
		return;
	endpoint->id = node_text(loading->problems, map, "id", NULL);
	if (endpoints_find(loading->endpoints, endpoint->id))
		node_problem(loading->problems, map, "there is an endpoint \"%s\" already", endpoint->id);
	endpoint->platform_id = node_text(loading->problems, map, "platform", NULL);
	endpoint->allow_private = node_bool(loading->problems, map, "allow_private", false);
	load_url(loading, endpoint, map);
	load_secret(loading, endpoint, map, "secret", "secret_file");
	if (!node_get(map, "secret") && !node_get(map, "secret_file"))
		node_problem(loading->problems, map, "secret or secret_file is missing");
	load_secret(loading, endpoint, map, "old_secret", "old_secret_file");
	load_parties(loading, endpoint, map);
	load_events(loading, endpoint, map);
	loading->endpoints->count++;
}

struct endpoints *endpoints_load(const char *path, struct problems *problems)
{
	struct endpoints *endpoints = xcalloc(1, sizeof *endpoints);
	struct loading loading = {endpoints, problems};
	endpoints->arena = arena_new(0);
	if (!path[0])
		return endpoints;
	int before = problems->count;
	endpoints->yaml = yaml_tree_load_file(path, problems);
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

bool endpoint_wants(const struct endpoint *endpoint, const char *platform_id, enum party recipient, const char *template)
{
	if (strcmp(endpoint->platform_id, platform_id) != 0 || !(endpoint->parties & 1u << recipient))
		return false;
	if (!endpoint->events)
		return true;
	for (const char *const *event = endpoint->events; *event; event++)
		if (strcmp(*event, template) == 0)
			return true;
	return false;
}
