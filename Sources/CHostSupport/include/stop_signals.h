// Signals by which people, terminals and queues ask the process to stop: SIGINT, SIGTERM, SIGHUP.
#ifndef CROSSPLAY_STOP_SIGNALS_H
#define CROSSPLAY_STOP_SIGNALS_H

// From now on the first of them is only noted, and a second one ends the process at once with 128 + its number. Those that
// whoever started the process wants ignored (nohup) stay ignored.
void crossplay_stop_signals_begin(void);

// The number of the first one; 0 as long as there was none.
int crossplay_stop_signal(void);

// From now on each of them ends the process, as before `begin`.
void crossplay_stop_signals_end(void);

#endif
