# shellcheck shell=bash
# What the scripts of deploy/local share: messages, steps with progress, folders, ports, pid files. Sourced, never run.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
# shellcheck disable=SC2034 # used by those who source this
readonly HERE ROOT

say() { printf '%s\n' "$*" >&2; }
fail() {
	say "$(basename "$0"): $*"
	exit 1
}

# step TEXT COMMAND...: one line while it works, the time it took when that is worth saying, the log's tail when it fails.
# What COMMAND prints goes to $STEP_LOG. It may tell its progress by writing one line to $STEP_PROGRESS.
STEP_LOG=${STEP_LOG:-/dev/null}
STEP_PROGRESS=
step() {
	local text=$1 begun=$EPOCHREALTIME shown=0 code=0 logged job
	shift
	logged=$(stat -c %s "$STEP_LOG" 2>/dev/null || echo 0)
	STEP_PROGRESS=$(mktemp)
	printf '%s ...' "$text" >&2
	"$@" >>"$STEP_LOG" 2>&1 &
	job=$!
	while kill -0 "$job" 2>/dev/null; do
		sleep 0.1
		if (($(elapsed_ms "$begun") / 2000 > shown)); then
			shown=$(($(elapsed_ms "$begun") / 2000))
			step_show "$text" "$begun"
		fi
	done
	wait "$job" || code=$?
	[ -t 2 ] && printf '\r\033[K%s ...' "$text" >&2
	if ((code != 0)); then
		say " failed"
		[ "$STEP_LOG" = /dev/null ] || step_complaint "$logged"
	else
		say " $(tail -n 1 "$STEP_PROGRESS") done ($(seconds_since "$begun") s)" | sed 's/  */ /g'
	fi
	rm -f "$STEP_PROGRESS"
	return "$code"
}

# What a failed step has logged, behind so many bytes: an exception's own lines, not the frames below them. The first is the cause.
step_complaint() {
	local said
	said=$(tail -c +$(($1 + 1)) "$STEP_LOG" | grep -vE '^[[:space:]]+(at |\.\.\. [0-9]+ more)') || return 0 # it said nothing
	if [ "$(wc -l <<<"$said")" -gt 15 ]; then said=$(head -n 5 <<<"$said" && echo ... && tail -n 9 <<<"$said"); fi
	printf '%s\n' "$said" >&2
}

step_show() {
	local news
	news=$(tail -n 1 "$STEP_PROGRESS" 2>/dev/null)
	if [ -t 2 ]; then
		printf '\r\033[K%s ... %s %s s' "$1" "$news" "$(seconds_since "$2")" >&2
	else
		printf ' %s%s s' "${news:+$news, }" "$(seconds_since "$2")" >&2
	fi
}

# Milliseconds and seconds since a value of EPOCHREALTIME.
elapsed_ms() { echo $(((${EPOCHREALTIME/[^0-9]/} - ${1/[^0-9]/}) / 1000)); }
seconds_since() {
	local ms
	ms=$(elapsed_ms "$1")
	printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# ---- who runs the database ----

# PostgreSQL refuses to run as root; then it runs as the user postgres, whom its package makes.
database_user() {
	if [ "$(id -u)" -eq 0 ]; then echo postgres; else id -un; fi
}

as_database_user() {
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && exec runuser -u "$(database_user)" -- "$@" 9>&-)
	else
		(cd / && exec "$@" 9>&-)
	fi
}

# ---- the working folder ----

# A socket's path holds at most 107 bytes.
readonly WORK_PATH_MAX=80

# work_folder WANTED: makes the folder and says its real path; another one under /var/tmp, always the same for the same
# wish, when the database's user cannot reach this one or its path is too long for a socket.
work_folder() {
	local wanted place
	mkdir -p "$1" || return 1
	wanted=$(cd "$1" && pwd -P)
	if ((${#wanted} <= WORK_PATH_MAX)) && chmod go+x "$wanted" && as_database_user test -x "$wanted" 2>/dev/null; then
		echo "$wanted"
		return
	fi
	place=/var/tmp/ombud-$(id -u)-$(printf '%s' "$wanted" | sha256sum | cut -c1-8)
	[ -d "$place" ] || mkdir -m 711 "$place" || return 1
	if [ ! -O "$place" ] || [ -L "$place" ]; then
		say "$place belongs to somebody else"
		return 1
	fi
	echo "$place"
}

# ---- ports ----

# Environments of one user, beside each other, are never given the same port: each is claimed by a file that names its folder, and is
# free again when that folder is gone.
PORT_CLAIMS=${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/ombud/ports
readonly PORT_CLAIMS

# A port of this machine that nobody listens on, below the range that clients are given, claimed for $DIR.
free_port() {
	mkdir -p "$PORT_CLAIMS" || return 1
	(
		flock 8
		while :; do
			port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
			owner=$(cat "$PORT_CLAIMS/$port" 2>/dev/null) || owner=''
			if [ -z "$owner" ] || [ ! -d "$owner" ]; then port_answers "$port" || break; fi
		done
		echo "$DIR" >"$PORT_CLAIMS/$port"
		echo "$port"
	) 8>"$PORT_CLAIMS/lock"
}

# ---- a daemon of the stack ----

# A daemon with an API says so in its sample configuration; all answer for their health.
has_api() { grep -q '^http:' "$ROOT/deploy/config/$1.yaml"; }

# What a daemon of the stack whose env.sh has been read is started with: exports its settings, sets the array command.
daemon_settings() {
	local port=OMBUD_${1^^}_PORT health=OMBUD_${1^^}_HEALTH_PORT
	command=("$ROOT/build/bin/ombud-$1" --config "$ROOT/deploy/config/$1.yaml" "--health.listen=127.0.0.1:${!health}")
	! has_api "$1" || command+=("--http.listen=127.0.0.1:${!port}")
	export OMBUD_POSTGRES__DSN="$OMBUD_DATABASE user=ombud_$1"
	export OMBUD_INSTANCE="$1-1"
	# The mock cluster lets a group form only when a session is nearly over.
	if [ "$OMBUD_BROKER" = mock ]; then
		export OMBUD_KAFKA__SESSION_TIMEOUT_MS=3000 OMBUD_KAFKA__HEARTBEAT_INTERVAL_MS=300 OMBUD_KAFKA__FETCH_WAIT_MAX_MS=10
	fi
}

# ---- programs that we started ----

# A process is known by its pid and its start: a pid alone may be somebody else's by now.
process_start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# start_program NAME COMMAND...: in the background, in a session of its own (Ctrl-C is ours to pass on), log/NAME.log, NAME.pid.
start_program() {
	local name=$1 pid
	shift
	mkdir -p "$DIR/log"
	setsid "$@" >>"$DIR/log/$name.log" 2>&1 </dev/null 9>&- &
	pid=$!
	echo "$pid $(process_start "$pid")" >"$DIR/$name.pid"
}

# The pid of a program that we started and that still runs; fails when there is none.
program_pid() {
	local pid start
	[ -s "$DIR/$1.pid" ] && read -r pid start <"$DIR/$1.pid" && [ -n "$start" ] && [ "$(process_start "$pid")" = "$start" ] &&
		[ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1)" != Z ] && echo "$pid"
}

# stop_program NAME SECONDS: SIGTERM, a wait, then SIGKILL. Nothing when it does not run.
stop_program() {
	local name=$1 pid tenths=$(($2 * 10))
	if pid=$(program_pid "$name"); then
		kill "$pid" 2>/dev/null || true # it may end by itself just now
		while program_pid "$name" >/dev/null && ((tenths-- > 0)); do sleep 0.1; done
		if program_pid "$name" >/dev/null; then
			say "$name did not stop in $2 s: killed"
			kill -9 "$pid" 2>/dev/null || true
		fi
	fi
	rm -f "$DIR/$name.pid"
}

# wait_until SECONDS COMMAND...: true as soon as COMMAND is.
wait_until() {
	local tenths=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		((tenths-- > 0)) || return 1
		sleep 0.1
	done
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
port_is_silent() { ! port_answers "$1"; }

# keep_port FILE: the port in FILE for the data's life; another one when somebody has taken it meanwhile. Whoever was killed a
# moment ago may still answer, so it is asked for a while.
keep_port() {
	[ -s "$1" ] && wait_until 10 port_is_silent "$(cat "$1")" && return
	free_port >"$1"
}
