import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type TypeNode,
  visit,
} from 'graphql';

/**
 * The planner takes two fields under one response key for the same, and a field that a @requires names always has its
 * own name for a key, whatever its arguments. So to the planner such a field is one without arguments and with a name
 * that nobody else uses; its plans are then written back (planner-plans.ts).
 */
export interface RequiredField {
  readonly name: string;
  /** As in the @requires. */
  readonly arguments: FieldNode['arguments'];
}

export interface PlannerSupergraph {
  readonly sdl: string;
  /** What stands for a field with arguments, by the name that the planner knows. */
  readonly requiredFields: ReadonlyMap<string, RequiredField>;
  /** What a field needs by its @requires, as the planner names it, by `subgraph.field`. */
  readonly needs: ReadonlyMap<string, Needs>;
  /** The names of the fields of each key, by subgraph. */
  readonly keys: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** Field names that a plan may add of itself: of keys, @requires, @provides and @fromContext. */
  readonly addedNames: ReadonlySet<string>;
  /** Fields that move to another subgraph by and by, by their names. */
  readonly rollouts: ReadonlyMap<string, readonly Rollout[]>;
}

/** A label of @override. */
export interface Rollout {
  readonly label: string;
  /** Which part of the requests takes the field from where it moves to: between 0 and 1. */
  readonly share: number;
}

/** Fields by name, with what is needed of each; fragments count for every type. */
export interface Needs extends ReadonlyMap<string, Needs> {}

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

const PREFIX = 'alims_required_';

export function createPlannerSupergraph(sdl: string): PlannerSupergraph {
  const document = parse(sdl, { noLocation: true });
  const standIns = createStandIns(document);
  const rewritten = mapTypes(document, standIns.rewriteRequires);
  const extended = mapTypes(rewritten, (type) => withResolvableKeysFirst(standIns.addTo(type)));
  return {
    sdl: extended === document ? sdl : print(extended),
    requiredFields: standIns.fields,
    needs: standIns.needs,
    keys: findKeys(document),
    addedNames: findAddedNames(document),
    rollouts: findRollouts(document),
  };
}

/**
 * To enter a subgraph once more the planner takes the first key of its type there, resolvable or not.
 * Only a type with both sorts in one subgraph is touched.
 */
function withResolvableKeysFirst(type: Composite): Composite {
  const unresolvable = new Set<unknown>();
  const mixed = new Set<string>();
  const graphs = new Map<string, boolean>();
  for (const directive of type.directives ?? []) {
    if (directive.name.value !== 'join__type') continue;
    const graph = argumentOf(directive, 'graph') ?? '';
    const resolvable = argumentOf(directive, 'resolvable') !== 'false';
    if (!resolvable) unresolvable.add(directive);
    if ((graphs.get(graph) ?? resolvable) !== resolvable) mixed.add(graph);
    graphs.set(graph, resolvable);
  }
  if (mixed.size === 0) return type;
  const directives = [...(type.directives ?? [])].sort((a, b) => rank(a) - rank(b));
  return { ...type, directives };

  function rank(directive: unknown): number {
    return unresolvable.has(directive) ? 1 : 0;
  }
}

interface StandIns {
  readonly fields: Map<string, RequiredField>;
  readonly needs: Map<string, Needs>;
  rewriteRequires(type: Composite): Composite;
  addTo(type: Composite): Composite;
}

function createStandIns(document: DocumentNode): StandIns {
  const types = new Map<string, Composite>();
  for (const definition of document.definitions)
    if (isComposite(definition)) types.set(definition.name.value, definition);
  const subgraphOf = subgraphNames(document);
  const byText = new Map<string, StandIn>();
  /** By `type.field`. */
  const added = new Map<string, Set<StandIn>>();
  const standIns: StandIns = {
    fields: new Map(),
    needs: new Map(),
    rewriteRequires: (type) => mapFields(type, (field) => mapDirectives(field, (each) => rewrite(type, field, each))),
    addTo(type) {
      const fields = (type.fields ?? []).flatMap((field) => standInsOf(type, field));
      return fields.length === 0 ? type : { ...type, fields: [...(type.fields ?? []), ...fields] };
    },
  };
  return standIns;

  function rewrite(type: Composite, field: FieldDefinitionNode, directive: ConstDirectiveNode): ConstDirectiveNode {
    const requires = directive.name.value === 'join__field' ? argumentOf(directive, 'requires') : undefined;
    const graph = argumentOf(directive, 'graph');
    if (requires === undefined || graph === undefined) return directive;
    const selection = parseSelection(requires);
    const replaced = replaceIn(selection, { typeName: type.name.value, graph });
    addNeeds(graph, field.name.value, needsOf(replaced));
    const text = stripIgnoredCharacters(print(replaced)).slice(1, -1);
    return text === stripIgnoredCharacters(print(selection)).slice(1, -1)
      ? directive
      : withArgument(directive, 'requires', text);
  }

  function addNeeds(graph: string, field: string, needs: Needs): void {
    const key = `${subgraphOf(graph)}.${field}`;
    standIns.needs.set(key, bothNeeds(standIns.needs.get(key), needs));
  }

  function replaceIn(set: SelectionSetNode, place: Place): SelectionSetNode {
    const selections = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      if (selection.kind === Kind.FIELD) return replaceField(selection, place);
      const typeName = selection.typeCondition?.name.value ?? place.typeName;
      return { ...selection, selectionSet: replaceIn(selection.selectionSet, { ...place, typeName }) };
    });
    return { ...set, selections };
  }

  function replaceField(selection: FieldNode, place: Place): FieldNode {
    const definition = types.get(place.typeName)?.fields?.find(({ name }) => name.value === selection.name.value);
    if (!definition) return selection;
    const below = { ...place, typeName: namedType(definition.type) };
    const field = selection.selectionSet
      ? { ...selection, selectionSet: replaceIn(selection.selectionSet, below) }
      : selection;
    if (!isMistaken(definition, place.graph)) return field;
    const standIn = standInFor(selection, place);
    return { ...field, name: { kind: Kind.NAME, value: standIn.name }, arguments: [] };
  }

  // The same field with the same arguments is one stand-in, whichever type of the subgraph requires it.
  function standInFor({ name, arguments: given }: FieldNode, { typeName, graph }: Place): StandIn {
    const field = name.value;
    const text = `${graph}.${field}(${(given ?? [])
      .map((argument) => print(argument))
      .sort()
      .join()})`;
    const standIn = byText.get(text) ?? { name: `${PREFIX}${byText.size}_${field}`, graph };
    byText.set(text, standIn);
    standIns.fields.set(standIn.name, { name: field, arguments: given });
    for (const type of [typeName, ...implementationsOf(typeName)]) {
      const key = `${type}.${field}`;
      added.set(key, (added.get(key) ?? new Set()).add(standIn));
    }
    return standIn;
  }

  function implementationsOf(typeName: string): string[] {
    return [...types.values()]
      .filter((type) => type.interfaces?.some(({ name }) => name.value === typeName))
      .map((type) => type.name.value);
  }

  function standInsOf(type: Composite, field: FieldDefinitionNode): FieldDefinitionNode[] {
    const own = [...(added.get(`${type.name.value}.${field.name.value}`) ?? [])];
    return own.map(({ name, graph }) => {
      for (const directive of field.directives ?? []) {
        const at = argumentOf(directive, 'graph');
        const needed = at !== undefined && standIns.needs.get(`${subgraphOf(at)}.${field.name.value}`);
        if (needed) addNeeds(at, name, needed);
      }
      const directives = field.directives?.filter((each) => !isExternal(each) || argumentOf(each, 'graph') === graph);
      return { ...field, name: { kind: Kind.NAME, value: name }, arguments: [], directives: directives ?? [] };
    });
  }
}

interface StandIn {
  readonly name: string;
  /** The subgraph whose @requires it serves. */
  readonly graph: string;
}

interface Place {
  readonly typeName: string;
  readonly graph: string;
}

function needsOf({ selections }: SelectionSetNode): Needs {
  let needs: Needs = new Map();
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
    const below: Needs = selection.selectionSet ? needsOf(selection.selectionSet) : new Map();
    needs = bothNeeds(needs, selection.kind === Kind.FIELD ? new Map([[selection.name.value, below]]) : below);
  }
  return needs;
}

export function bothNeeds(a: Needs | undefined, b: Needs): Needs {
  const both = new Map<string, Needs>(a);
  for (const [name, below] of b) both.set(name, bothNeeds(both.get(name), below));
  return both;
}

/**
 * Which fields of a @requires the planner gets wrong: those with arguments, and those that the subgraph has itself but
 * that are @external elsewhere, for it would ask them there.
 */
function isMistaken(definition: FieldDefinitionNode, graph: string): boolean {
  if ((definition.arguments ?? []).length > 0) return true;
  const external = (definition.directives ?? []).filter(isExternal).map((directive) => argumentOf(directive, 'graph'));
  return external.length > 0 && !external.includes(graph);
}

function isExternal(directive: ConstDirectiveNode): boolean {
  return directive.name.value === 'join__field' && argumentOf(directive, 'external') === 'true';
}

/** Supergraphs call a subgraph by a value of the enum join__Graph, plans by its name. */
function subgraphNames(document: DocumentNode): (graph: string) => string {
  const names = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? []) {
      const graph = value.directives?.find((directive) => directive.name.value === 'join__graph');
      const name = graph && argumentOf(graph, 'name');
      if (name !== undefined) names.set(value.name.value, name);
    }
  }
  return (graph) => names.get(graph) ?? graph;
}

function findKeys(document: DocumentNode): ReadonlyMap<string, readonly (readonly string[])[]> {
  const subgraphOf = subgraphNames(document);
  const keys = new Map<string, Map<string, readonly string[]>>();
  visit(document, {
    Directive(node) {
      const directive = node as ConstDirectiveNode;
      const graph = argumentOf(directive, 'graph');
      const key = directive.name.value === 'join__type' ? argumentOf(directive, 'key') : undefined;
      if (graph === undefined || key === undefined) return;
      const known = keys.get(subgraphOf(graph)) ?? new Map();
      keys.set(subgraphOf(graph), known);
      const names = [...needsOf(parseSelection(key)).keys()].sort();
      known.set(names.join(), names);
    },
  });
  return new Map([...keys].map(([subgraph, known]) => [subgraph, [...known.values()]]));
}

const PERCENT = /^percent\((\d+(?:\.\d+)?)\)$/;

// A label that is no percentage is for whoever operates the router to switch on; without a switch it is off.
function findRollouts(document: DocumentNode): ReadonlyMap<string, readonly Rollout[]> {
  const rollouts = new Map<string, Rollout[]>();
  visit(document, {
    FieldDefinition(field) {
      for (const directive of field.directives ?? []) {
        const label = directive.name.value === 'join__field' ? argumentOf(directive, 'overrideLabel') : undefined;
        const percent = label && PERCENT.exec(label)?.[1];
        if (!label || percent === undefined) continue;
        const known = rollouts.get(field.name.value) ?? [];
        rollouts.set(field.name.value, [...known, { label, share: Math.min(Number(percent) / 100, 1) }]);
      }
    },
  });
  return rollouts;
}

function findAddedNames(document: DocumentNode): ReadonlySet<string> {
  const names = new Set(['__typename']);
  const addFrom = (text: string): void => {
    visit(parseSelection(text), { Field: (field) => void names.add(field.name.value) });
  };
  visit(document, {
    Directive(node) {
      const directive = node as ConstDirectiveNode;
      if (directive.name.value !== 'join__type' && directive.name.value !== 'join__field') return;
      for (const name of ['key', 'requires', 'provides']) {
        const text = argumentOf(directive, name);
        if (text !== undefined) addFrom(text);
      }
    },
    ObjectField(field) {
      // Of contextArguments; the rest of a context selection is a fragment or a field.
      if (field.name.value === 'selection' && field.value.kind === Kind.STRING)
        addFrom(withoutBraces(field.value.value));
    },
  });
  return names;
}

function mapTypes(document: DocumentNode, map: (type: Composite) => Composite): DocumentNode {
  const definitions = document.definitions.map((each) => (isComposite(each) ? map(each) : each));
  return definitions.some((each, index) => each !== document.definitions[index])
    ? { ...document, definitions }
    : document;
}

function isComposite(node: { readonly kind: string }): node is Composite {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function withoutBraces(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith('{') ? trimmed.slice(1, -1) : trimmed;
}

/** A field set as directives write it, without braces. */
function parseSelection(text: string): SelectionSetNode {
  const definition = parse(`{${text}}`, { noLocation: true }).definitions[0];
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`Expected a selection of fields, got ${text}.`);
  return definition.selectionSet;
}

function argumentOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.BOOLEAN) return String(value.value);
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

function withArgument(directive: ConstDirectiveNode, name: string, text: string): ConstDirectiveNode {
  const given = (directive.arguments ?? []).map((argument) =>
    argument.name.value === name ? { ...argument, value: { kind: Kind.STRING, value: text } as const } : argument,
  );
  return { ...directive, arguments: given };
}

function mapFields(type: Composite, map: (field: FieldDefinitionNode) => FieldDefinitionNode): Composite {
  const fields = type.fields?.map(map) ?? [];
  return fields.some((field, index) => field !== type.fields?.[index]) ? { ...type, fields } : type;
}

function mapDirectives(
  field: FieldDefinitionNode,
  map: (directive: ConstDirectiveNode) => ConstDirectiveNode,
): FieldDefinitionNode {
  const directives = field.directives?.map(map) ?? [];
  const changed = directives.some((directive, index) => directive !== field.directives?.[index]);
  return changed ? { ...field, directives } : field;
}
