export type InfixType = 'xfx' | 'xfy' | 'yfx';
export type PrefixType = 'fy' | 'fx';
export interface Infix {
  readonly priority: number;
  readonly left: number;
  readonly right: number;
}
export interface Prefix {
  readonly priority: number;
  readonly argument: number;
}

const INFIX_TABLE: readonly (readonly [number, InfixType, string])[] = [
  [1200, 'xfx', ':- --> =>'],
  [1100, 'xfy', '; |'],
  [1050, 'xfy', '-> *->'],
  [1000, 'xfy', ','],
  [800, 'xfx', ':='],
  [700, 'xfx', '= \\= == \\== @< @> @=< @>= =.. is =:= =\\= < > =< >= =@= \\=@= :< >:< as'],
  [600, 'xfy', ':'],
  [500, 'yfx', '+ - /\\ \\/'],
  [400, 'yfx', '* / // mod rem div << >> rdiv xor'],
  [200, 'xfx', '**'],
  [200, 'xfy', '^'],
];
const PREFIX_TABLE: readonly (readonly [number, PrefixType, string])[] = [
  [1200, 'fx', ':- ?-'],
  [
    1150,
    'fx',
    'abducible dynamic discontiguous initialization meta_predicate module_transparent multifile public table',
  ],
  [900, 'fy', '\\+'],
  [200, 'fy', '- + \\'],
  [1, 'fx', '$'],
];

/** Binary operators: priority of the whole, and the highest priority of either side. */
export const INFIX: ReadonlyMap<string, Infix> = new Map(
  INFIX_TABLE.flatMap(([priority, type, names]) =>
    names
      .split(' ')
      .map((name) => [
        name,
        { priority, left: type === 'yfx' ? priority : priority - 1, right: type === 'xfy' ? priority : priority - 1 },
      ]),
  ),
);

/** Unary operators, all written before their argument. */
export const PREFIX: ReadonlyMap<string, Prefix> = new Map(
  PREFIX_TABLE.flatMap(([priority, type, names]) =>
    names.split(' ').map((name) => [name, { priority, argument: type === 'fy' ? priority : priority - 1 }]),
  ),
);
