#include "common/io/loop.h"

#include <stdlib.h>

#include <event2/event.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"

enum { LAST_AT_ONCE = 32 }; /* of the last priority, before the loop looks whether others have something */

struct deferred {
	struct deferred *next;
	loop_fn *fn;
	void *context;
};

struct loop {
	struct event_base *base;
	struct event *deferring; /* active while calls are deferred */
	struct event *alarm;     /* bounds loop_turn */
	struct deferred *first, **last;
};

/* ---- the loop ---- */

/* Takes the calls that are there now: what they defer is for the next round, so that descriptors are not starved. */
static void run_deferred(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;
	struct deferred *call = loop->first;

	loop->first = NULL;
	loop->last = &loop->first;
	while (call != NULL) {
		struct deferred *next = call->next;
		call->fn(call->context);
		free(call);
		call = next;
	}
}

void loop_defer(struct loop *loop, loop_fn *fn, void *context)
{
	struct deferred *call = xmalloc(sizeof *call);
	*call = (struct deferred){.fn = fn, .context = context};
	*loop->last = call;
	loop->last = &call->next;
	event_active(loop->deferring, 0, 0);
}

static void wake_up(evutil_socket_t fd, short what, void *context)
{
}

static struct event *new_event(struct loop *loop, int fd, short what, event_callback_fn fn, void *context)
{
	struct event *event = event_new(loop->base, fd, what, fn, context);
	if (event == NULL)
		bug("event_new failed");
	return event;
}

static void add_event(struct event *event, const struct timeval *delay)
{
	if (event_add(event, delay) != 0)
		bug("event_add failed");
}

/* libevent would write to stderr. */
static void log_libevent(int severity, const char *message)
{
	if (severity >= EVENT_LOG_WARN)
		log_warn("libevent", LOG_TEXT("err", message));
}

struct loop *loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof *loop);
	struct event_config *config = event_config_new();
	const int priorities = LOOP_PRIORITY_LAST + 1; /* libevent gives the middle one to whoever asks for none */

	event_set_log_callback(log_libevent);
	/* Timers are due instants of people: true to the millisecond, and counted from now, not from the start of the turn. */
	if (config == NULL || event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NO_CACHE_TIME) != 0)
		bug("no event loop configuration");
	event_config_set_max_dispatch_interval(config, NULL, LAST_AT_ONCE, LOOP_PRIORITY_LAST);
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (loop->base == NULL || event_base_priority_init(loop->base, priorities) != 0)
		bug("no event loop");
	loop->last = &loop->first;
	loop->deferring = new_event(loop, -1, EV_PERSIST, run_deferred, loop);
	loop->alarm = new_event(loop, -1, 0, wake_up, loop);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	while (loop->first != NULL) {
		struct deferred *call = loop->first;
		loop->first = call->next;
		free(call);
	}
	event_free(loop->deferring);
	event_free(loop->alarm);
	event_base_free(loop->base);
	free(loop);
}

void loop_run(struct loop *loop)
{
	event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_stop(struct loop *loop)
{
	event_base_loopexit(loop->base, NULL);
}

static struct timeval timeval_of(int64_t us)
{
	if (us < 0)
		us = 0;
	return (struct timeval){.tv_sec = us / US_PER_SECOND, .tv_usec = us % US_PER_SECOND};
}

void loop_turn(struct loop *loop, int64_t wait_us)
{
	if (wait_us > 0) {
		struct timeval wait = timeval_of(wait_us);
		add_event(loop->alarm, &wait);
	}
	event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY | (wait_us == 0 ? EVLOOP_NONBLOCK : 0));
	event_del(loop->alarm);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

/* ---- descriptors ---- */

struct loop_watch {
	struct loop *loop;
	struct event *event;
	int fd, events;
	loop_watch_fn *fn;
	void *context;
};

static void watch_ready(evutil_socket_t fd, short what, void *context)
{
	struct loop_watch *watch = context;
	watch->fn((int)fd, (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0), watch->context);
}

static void watch_drop_event(struct loop_watch *watch)
{
	if (watch->event != NULL)
		event_free(watch->event);
	watch->event = NULL;
}

void loop_watch_set(struct loop_watch *watch, int events)
{
	if (events == watch->events)
		return;
	watch->events = events;
	watch_drop_event(watch);
	if (events == LOOP_NONE)
		return;
	short what = (short)(EV_PERSIST | (events & LOOP_READ ? EV_READ : 0) | (events & LOOP_WRITE ? EV_WRITE : 0));
	watch->event = new_event(watch->loop, watch->fd, what, watch_ready, watch);
	add_event(watch->event, NULL);
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, int events, loop_watch_fn *fn, void *context)
{
	struct loop_watch *watch = xmalloc(sizeof *watch);
	*watch = (struct loop_watch){.loop = loop, .fd = fd, .fn = fn, .context = context};
	loop_watch_set(watch, events);
	return watch;
}

void loop_watch_free(struct loop_watch *watch)
{
	if (watch == NULL)
		return;
	watch_drop_event(watch);
	free(watch);
}

/* ---- timers ---- */

struct loop_timer {
	struct event *event;
	loop_fn *fn;
	void *context;
};

static void timer_due(evutil_socket_t fd, short what, void *context)
{
	struct loop_timer *timer = context;
	timer->fn(timer->context);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *context)
{
	struct loop_timer *timer = xmalloc(sizeof *timer);
	*timer = (struct loop_timer){.fn = fn, .context = context};
	timer->event = new_event(loop, -1, 0, timer_due, timer);
	return timer;
}

void loop_timer_start(struct loop_timer *timer, int64_t delay_us)
{
	struct timeval delay = timeval_of(delay_us);
	add_event(timer->event, &delay);
}

void loop_timer_stop(struct loop_timer *timer)
{
	event_del(timer->event);
}

bool loop_timer_running(const struct loop_timer *timer)
{
	return event_pending(timer->event, EV_TIMEOUT, NULL) != 0;
}

void loop_timer_free(struct loop_timer *timer)
{
	if (timer == NULL)
		return;
	event_free(timer->event);
	free(timer);
}

/* ---- signals ---- */

struct loop_signal {
	struct event *event;
	loop_fn *fn;
	void *context;
};

static void signal_came(evutil_socket_t fd, short what, void *context)
{
	struct loop_signal *handle = context;
	handle->fn(handle->context);
}

struct loop_signal *loop_signal_new(struct loop *loop, int number, loop_fn *fn, void *context)
{
	struct loop_signal *handle = xmalloc(sizeof *handle);
	*handle = (struct loop_signal){.fn = fn, .context = context};
	handle->event = new_event(loop, number, EV_SIGNAL | EV_PERSIST, signal_came, handle);
	add_event(handle->event, NULL);
	return handle;
}

void loop_signal_free(struct loop_signal *handle)
{
	if (handle == NULL)
		return;
	event_free(handle->event);
	free(handle);
}
