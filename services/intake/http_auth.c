/* Bearer tokens: a file of SHA-256 digests, each with the platform that the bearer speaks for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/io/crypto.h"

#include "services/intake/http.h"

enum { LINE_SIZE_MAX = 512, DIGEST_TEXT_SIZE = 2 * CRYPTO_SHA256_SIZE + 1 };

struct token {
	char digest[DIGEST_TEXT_SIZE];
	char *platform; /* NULL: any */
	struct token *next;
};

struct http_tokens {
	struct token *first;
};

void http_tokens_free(struct http_tokens *tokens)
{
	if (!tokens)
		return;
	for (struct token *token = tokens->first, *next; token; token = next) {
		next = token->next;
		free(token->platform);
		free(token);
	}
	free(tokens);
}

static bool is_digest(const char *text)
{
	return strlen(text) == DIGEST_TEXT_SIZE - 1 && strspn(text, "0123456789abcdefABCDEF") == DIGEST_TEXT_SIZE - 1;
}

static bool read_line(struct http_tokens *tokens, char *line, const char *path, int number)
{
	char *rest = NULL;
	char *digest = strtok_r(line, " \t\r\n", &rest);
	char *platform = digest ? strtok_r(NULL, " \t\r\n", &rest) : NULL;
	if (!digest || digest[0] == '#')
		return true;
	if (!is_digest(digest) || !platform) {
		fprintf(stderr, "%s:%d:1: a line is a SHA-256 in hex, then a platform id (or *)\n", path, number);
		return false;
	}
	struct token *token = xcalloc(1, sizeof(*token));
	for (int i = 0; digest[i] != '\0'; i++)
		token->digest[i] = (char)(digest[i] | 0x20); /* digits have that bit already */
	token->platform = strcmp(platform, "*") == 0 ? NULL : xstrdup(platform);
	token->next = tokens->first;
	tokens->first = token;
	return true;
}

bool http_tokens_load(const char *path, struct http_tokens **tokens)
{
	char line[LINE_SIZE_MAX];
	bool right = true;
	*tokens = NULL;
	if (path[0] == '\0')
		return true;
	FILE *file = fopen(path, "re");
	if (!file) {
		fprintf(stderr, "%s:1:1: cannot be read: %m\n", path);
		return false;
	}
	*tokens = xcalloc(1, sizeof(**tokens));
	for (int number = 1; fgets(line, sizeof(line), file); number++)
		right = read_line(*tokens, line, path, number) && right;
	fclose(file);
	if (!right) {
		http_tokens_free(*tokens);
		*tokens = NULL;
	}
	return right;
}

static bool is_loopback(const char *peer)
{
	return strncmp(peer, "127.", 4) == 0 || strcmp(peer, "::1") == 0 || strncmp(peer, "::ffff:127.", 11) == 0;
}

static const struct token *find_token(const struct http_tokens *tokens, const char *bearer)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char text[DIGEST_TEXT_SIZE];
	const struct token *found = NULL;
	crypto_sha256(&(struct crypto_part){bearer, strlen(bearer)}, 1, digest);
	crypto_hex(digest, sizeof(digest), text);
	for (const struct token *token = tokens->first; token; token = token->next) {
		if (crypto_equal(token->digest, text, DIGEST_TEXT_SIZE - 1))
			found = token;
	}
	return found;
}

bool http_authorise(struct http_request *request, const struct intake *intake, const char **platform)
{
	const char *header = http_request_header(request, "Authorization");
	bool bearer = header && strncasecmp(header, "Bearer ", 7) == 0;
	*platform = NULL;
	if (!intake->tokens && is_loopback(http_request_peer(request)))
		return true;
	const struct token *token = intake->tokens && bearer ? find_token(intake->tokens, header + 7) : NULL;
	if (token) {
		/* A reload may free the tokens while the request waits. */
		*platform = token->platform ? arena_strdup(http_request_arena(request), token->platform) : NULL;
		return true;
	}
	http_reply_header(request, "WWW-Authenticate", "Bearer");
	http_reply_problem(request, 401, "unauthorised", "A bearer token of this platform is needed.", NULL);
	return false;
}
