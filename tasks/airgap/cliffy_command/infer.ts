// deno-lint-ignore-file no-explicit-any
// TypeScript types that follow from the flags of options and the definitions of arguments.

import type { OptionSettings } from "./declare.ts";

type BaseTypes = {
  number: number;
  integer: number;
  string: string;
  boolean: boolean;
  file: string;
};

type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type NamedValue<TName, TTypes> = TName extends keyof TTypes ? TTypes[TName]
  : TName extends keyof BaseTypes ? BaseTypes[TName]
  : unknown;

/** The type of `name`, `name:type` or `name:type[]`, each with `...` before or after a variadic name. */
type SpecValue<TSpec extends string, TTypes> = TSpec extends `${infer Name}:${infer Type}`
  ? Many<Name, Type extends `${infer One}[]` ? NamedValue<One, TTypes>[] : NamedValue<Type, TTypes>>
  : Many<TSpec, string>;
type Many<TName extends string, TValue> = TName extends `...${string}` | `${string}...` ? TValue[]
  : TValue;

type FirstWord<S extends string> = S extends `${infer Word},${string}` ? Word
  : S extends `${infer Word} ${string}` ? Word
  : S extends `${infer Word}=${string}` ? Word
  : S;
type LongName<TFlags extends string> = TFlags extends `${string}--${infer Rest}` ? FirstWord<Rest>
  : TFlags extends `-${infer Rest}` ? FirstWord<Rest>
  : string;

type FlagValue<TFlags extends string, TTypes> = TFlags extends `${string}<${infer Spec}>`
  ? SpecValue<Spec, TTypes>
  : TFlags extends `${string}[${infer Spec}]` ? SpecValue<Spec, TTypes> | true
  : true;

type Given<TFlags extends string, TTypes, TCollect, TDefault, TMapped> = TMapped extends undefined ?
    | (TCollect extends true ? FlagValue<TFlags, TTypes>[] : FlagValue<TFlags, TTypes>)
    | NonNull<TDefault>
  : TMapped;
type NonNull<T> = T extends undefined ? never : T;

/** The property that an option adds to the options of its command. */
export type OptionOf<TFlags extends string, TTypes, TRequired, TCollect, TDefault, TMapped> =
  LongName<TFlags> extends `no-${infer Name}` ? { [K in CamelCase<Name>]: boolean }
    : TRequired extends true ? Always<TFlags, Given<TFlags, TTypes, TCollect, TDefault, TMapped>>
    : TDefault extends undefined
      ? { [K in CamelCase<LongName<TFlags>>]?: Given<TFlags, TTypes, TCollect, TDefault, TMapped> }
    : Always<TFlags, Given<TFlags, TTypes, TCollect, TDefault, TMapped>>;
type Always<TFlags extends string, TValue> = { [K in CamelCase<LongName<TFlags>>]: TValue };

/** The tuple type of `<a> [b:number] [...c]`. */
export type ArgumentsOf<TSpecs extends string, TTypes> = TSpecs extends
  `${infer First} ${infer Rest}` ? [...OneArgument<First, TTypes>, ...ArgumentsOf<Rest, TTypes>]
  : OneArgument<TSpecs, TTypes>;
type OneArgument<TSpec extends string, TTypes> = TSpec extends `<${infer Body}>`
  ? Body extends `${string}...${string}`
    ? SpecValue<Body, TTypes> extends (infer Value)[] ? [Value, ...Value[]] : never
  : [SpecValue<Body, TTypes>]
  : TSpec extends `[${infer Body}]`
    ? Body extends `${string}...${string}`
      ? SpecValue<Body, TTypes> extends (infer Value)[] ? Value[] : never
    : [SpecValue<Body, TTypes>?]
  : [];

/** The intersection of two object types, where `void` means no properties. */
export type Joined<A, B> = [A] extends [void] ? B : [B] extends [void] ? A
: { [K in keyof (A & B)]: (A & B)[K] };

/** Properties by name. */
export type Names = Record<string, unknown> | void;
/** `any` for commands whose types are not known. */
export type Of<TGlobals, TThen> = TGlobals extends number ? any : TThen;

/** The settings of `Command.option()`, some of which determine its type. */
export interface Settings<R, C, D, V>
  extends Omit<OptionSettings, "required" | "collect" | "default" | "value"> {
  required?: R;
  collect?: C;
  default?: D | (() => D);
  value?: (value: any, previous?: any) => V;
}
