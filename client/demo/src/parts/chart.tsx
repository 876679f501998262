import { niceMaximum } from "../logic/bins";

export interface Series {
  readonly name: string;
  /** One value a second, oldest first. */
  readonly values: readonly number[];
  readonly hue: number;
}

interface Props {
  readonly title: string;
  readonly unit: string;
  readonly kind: "bars" | "lines";
  readonly series: readonly Series[];
}

const width = 600;
const height = 150;

/** The last minute. For who does not see it, the numbers are in its name. */
export function Chart({ title, unit, kind, series }: Props) {
  const most = niceMaximum(series.flatMap(({ values }) => values));
  const count = series[0]?.values.length ?? 1;
  const y = (value: number) => height - (value / most) * height;
  const said = series.map(
    ({ name, values }) => `${name}: now ${values.at(-1) ?? 0}, at most ${Math.max(0, ...values)}`,
  );
  return (
    <figure className="chart">
      <figcaption className="small muted">
        <span>{title}</span>
        <span className="legend">
          {series.length > 1 &&
            series.map(({ name, values, hue }) => (
              <span key={name} className={`hue-${hue}`}>
                <i aria-hidden="true" />
                {name} <strong className="numbers">{values.at(-1) ?? 0}</strong>
              </span>
            ))}
        </span>
      </figcaption>
      <div className="chart-frame">
        <span className="axis small muted numbers" aria-hidden="true">
          <span>{most}</span>
          <span>{most / 2}</span>
          <span>0</span>
        </span>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img">
          <title>{`${title}, last minute, in ${unit}. ${said.join(". ")}`}</title>
          {[0, 0.5, 1].map((part) => (
            <line key={part} className="grid" x1="0" x2={width} y1={height * part} y2={height * part} />
          ))}
          {series.map(({ name, values, hue }) =>
            kind === "bars" ? (
              <g key={name} className={`bars hue-${hue}`}>
                {values.map((value, index) => (
                  <rect
                    key={index}
                    x={(index * width) / count + 1}
                    width={width / count - 2}
                    y={y(value)}
                    height={height - y(value)}
                  />
                ))}
              </g>
            ) : (
              <polyline
                key={name}
                className={`line hue-${hue}`}
                points={values.map((value, index) => `${(index * width) / (count - 1)},${y(value)}`).join(" ")}
              />
            ),
          )}
        </svg>
      </div>
      <div className="chart-times small muted" aria-hidden="true">
        <span>a minute ago</span>
        <span>now</span>
      </div>
    </figure>
  );
}
