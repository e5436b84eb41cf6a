import type { Builtin } from '../builtin.ts';

/** Goals of full Prolog that are not for rules, with what to write instead. */

const NO_OUTPUT = 'Rules have no input and output: ask for the answer instead.';
const NO_ASSERT = 'Rules cannot change facts: use the mutation assertFacts.';
const NO_RETRACT = 'Rules cannot change facts: use the mutation retractFacts.';
const NO_FILES = 'Rules cannot read files: save them with saveRules.';
const NO_FLAGS = 'Rules cannot change how rules are read or carried out.';
const NO_STATE = 'Rules keep no state between goals: pass it as an argument.';
const NO_CLOCK = 'Rules have no clock: the time is the fact now/1.';

const ADVICE: readonly (readonly [string, string])[] = [
  [NO_ASSERT, 'assert/1 asserta/1 assertz/1'],
  [NO_RETRACT, 'retract/1 retractall/1 abolish/1'],
  [
    NO_OUTPUT,
    'write/1 writeln/1 writeq/1 print/1 write_canonical/1 write_term/2 format/1 format/2 format/3 nl/0 tab/1 put_char/1 read/1 read_term/2 get_char/1 open/3 open/4 close/1 see/1 tell/1 told/0 seen/0',
  ],
  [NO_FILES, 'consult/1 load_files/2 ensure_loaded/1 use_module/1 use_module/2'],
  ['Rules cannot stop the service.', 'halt/0 halt/1 abort/0'],
  ['Rules cannot start programs.', 'shell/1 shell/2 process_create/3'],
  [
    NO_FLAGS,
    'op/3 set_prolog_flag/2 char_conversion/2 set_stream/2 current_op/3 current_prolog_flag/2 create_prolog_flag/3',
  ],
  [
    NO_STATE,
    'nb_setval/2 nb_getval/2 b_setval/2 b_getval/2 setarg/3 nb_setarg/3 flag/3 recorda/3 recordz/3 erase/1 gensym/2',
  ],
  [NO_CLOCK, 'get_time/1 statistics/2 date/3 sleep/1 random/1 random_between/3 shuffle/2 random_member/2'],
  [
    'Rules cannot look at clauses: the schema lists them.',
    'clause/2 current_predicate/1 predicate_property/2 listing/0 listing/1',
  ],
  ['A rule is no goal: save it with saveRules.', ':-/2'],
  ['A directive stands at the beginning of a clause, never inside.', ':-/1 ?-/1'],
  ['Grammar rules (-->) are not supported.', '-->/2 phrase/2 phrase/3'],
];

export const REFUSED: readonly (readonly [string, Builtin])[] = ADVICE.flatMap(([advice, keys]) =>
  keys.split(' ').map((key) => [key, { kind: 'refused', advice }] as const),
);
