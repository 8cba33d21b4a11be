/** The shape of saved data as text, from its types: two daemons with the same text read each other's state. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
const CONTAINERS = new Set(['Array', 'ReadonlyArray', 'Map', 'Set']);
/** Types that a daemon passes through: a new value changes nothing for it. */
const OPAQUE: Readonly<Record<string, string>> = { ErrorCode: 'string' };

/** Describes the type `name` of `file` (a path), and every type that it refers to. Ignores comments and the order of fields. */
export function describeShape(file: string, name: string): string {
  const config = ts.readConfigFile(`${ROOT}tsconfig.base.json`, ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  // The types of Node are most of what there is to read, and none is saved.
  const program = ts.createProgram([file], { ...options, types: [] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file) as ts.SourceFile;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source) as ts.Symbol);
  const root = exported.find((symbol) => symbol.name === name) as ts.Symbol;
  return new Shape(checker).of(checker.getDeclaredTypeOfSymbol(root));
}

class Shape {
  readonly #checker: ts.TypeChecker;
  /** The named types of this project with their descriptions; null while a description is in progress. */
  readonly #named = new Map<string, string | null>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  of(root: ts.Type): string {
    this.#text(root);
    const sections = [...this.#named].map(([name, body]) => `${name} = ${body}\n`);
    return sections.sort().join('\n');
  }

  #text(type: ts.Type): string {
    const name = ownName(type);
    return name === null ? this.#body(type, '') : this.#reference(name, type);
  }

  #reference(name: string, type: ts.Type): string {
    if (!this.#named.has(name)) {
      this.#named.set(name, null);
      this.#named.set(name, OPAQUE[name] ?? this.#body(type, '\n  '));
    }
    return name;
  }

  /** `separator` stands before each member: a space at least. */
  #body(type: ts.Type, separator: string): string {
    const checker = this.#checker;
    if (type.isUnion()) return this.#alternatives(type.types, separator);
    if (!isStructure(type)) return checker.typeToString(type);
    const container = type.symbol?.name;
    if (CONTAINERS.has(container)) {
      const held = checker.getTypeArguments(type as ts.TypeReference).map((argument) => this.#text(argument));
      return `${container.replace('Readonly', '')}<${held.join(', ')}>`;
    }
    const fields = checker.getPropertiesOfType(type).map((field) => this.#field(field));
    const indexes = checker
      .getIndexInfosOfType(type)
      .map((info) => `[${this.#text(info.keyType)}]: ${this.#text(info.type)}`);
    const members = [...fields, ...indexes].sort();
    return separator ? `{${separator}${members.join(separator)}\n}` : `{ ${members.join(', ')} }`;
  }

  #alternatives(types: readonly ts.Type[], separator: string): string {
    const members = [...new Set(types.map((member) => this.#text(member)))].sort();
    return separator ? members.map((member) => `${separator}| ${member}`).join('') : members.join(' | ');
  }

  #field(symbol: ts.Symbol): string {
    const alias = this.#aliasOf(symbol);
    if (alias) return `${symbol.name}: ${this.#reference(alias.name, this.#checker.getDeclaredTypeOfSymbol(alias))}`;
    const type = this.#checker.getTypeOfSymbol(symbol);
    if ((symbol.flags & ts.SymbolFlags.Optional) === 0) return `${symbol.name}: ${this.#text(type)}`;
    const given = (type.isUnion() ? type.types : [type]).filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0);
    return `${symbol.name}?: ${this.#alternatives(given, '')}`;
  }

  /** The alias that a field's type is written as, if it is only that: the checker may have lost it. */
  #aliasOf({ valueDeclaration: field }: ts.Symbol): ts.Symbol | null {
    if (!field || !ts.isPropertySignature(field) || field.questionToken) return null;
    if (!field.type || !ts.isTypeReferenceNode(field.type) || field.type.typeArguments) return null;
    const named = this.#checker.getSymbolAtLocation(field.type.typeName) as ts.Symbol;
    const alias = named.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(named) : named;
    return isOurs(alias) && (alias.flags & ts.SymbolFlags.TypeAlias) !== 0 ? alias : null;
  }
}

/** The name of a type that this project declares; null for a type that only its structure describes. */
function ownName(type: ts.Type): string | null {
  const symbol = type.aliasSymbol ?? (type.isClassOrInterface() ? type.symbol : undefined);
  return symbol && !type.aliasTypeArguments && isOurs(symbol) ? symbol.name : null;
}

function isOurs(symbol: ts.Symbol): boolean {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
  return file.startsWith(`${ROOT}packages/`) && !file.includes('/node_modules/');
}

function isStructure(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
}
