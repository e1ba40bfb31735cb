/** A number with its name, in a list of such. */
export function Figure({ name, value, isWide = false }: { name: string; value: string; isWide?: boolean }) {
  return <div {...(isWide && { class: "wide" })}><dt>{name}</dt><dd>{value}</dd></div>;
}
