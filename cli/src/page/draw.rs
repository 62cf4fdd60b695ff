//! The charts, as SVG. Colours are those of Okabe and Ito; the style sheet lays a pattern over each.

use std::error::Error;

use hdrhistogram::Histogram;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::fate::Fate;
use super::timeline::Timeline;

type DrawResult = Result<(), Box<dyn Error>>;

/// The widths in which every chart is drawn: for a screen, and for a phone. What is written in it stays legible in both.
pub const WIDTHS: [u32; 2] = [640, 320];

const HOUR_S: f64 = 3600.0;

/// The colour of a fate.
const fn colour(fate: Fate) -> RGBColor {
    match fate {
        Fate::Opened => RGBColor(0x00, 0x72, 0xb2),
        Fate::ResetLater => RGBColor(0xcc, 0x79, 0xa7),
        Fate::ResetClosing => RGBColor(0x56, 0xb4, 0xe9),
        Fate::Refused => RGBColor(0xd5, 0x5e, 0x00),
        Fate::Reset => RGBColor(0x01, 0x01, 0x01),
        Fate::NoAnswer => RGBColor(0xe6, 0x9f, 0x00),
        Fate::Unreachable => RGBColor(0x00, 0x9e, 0x73),
        Fate::HalfOpen => RGBColor(0xf0, 0xe4, 0x42),
        Fate::Unknown => RGBColor(0x99, 0x99, 0x99),
    }
}

/// The same as the page writes it: `#0072B2`.
pub fn hex(fate: Fate) -> String {
    let RGBColor(red, green, blue) = colour(fate);
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// What a shape of a fate is filled with: the page's own paint, which has a pattern as well.
pub fn paint(fate: Fate) -> String {
    format!("url(#paint-{})", fate.class())
}

const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
const AXIS: RGBColor = RGBColor(0x66, 0x66, 0x66);

/// Draws into a string, in the paint of a fate.
fn svg(size: (u32, u32), fate: Fate, draw: impl Fn(DrawingArea<SVGBackend, Shift>) -> DrawResult) -> String {
    let mut out = String::new();
    // A string takes all that is drawn.
    let _ = draw(SVGBackend::with_string(&mut out, size).into_drawing_area());
    out.replace(&hex(fate), &paint(fate))
}

/// The unit of a time axis, by how many seconds it spans: what it is called, and its seconds.
fn unit(span_s: f64) -> (&'static str, f64) {
    match span_s {
        ..600.0 => ("s", 1.0),
        ..36_000.0 => ("min", 60.0),
        ..864_000.0 => ("h", HOUR_S),
        _ => ("d", 24.0 * HOUR_S),
    }
}

/// How many of a fate began when; the time is written below the last one.
pub fn lane(timeline: &Timeline, fate: Fate, width: u32, is_last: bool) -> String {
    let bar_s = timeline.width() as f64 / 1e9;
    let (name, unit_s) = unit(bar_s * timeline.len() as f64);
    let bar = bar_s / unit_s;
    let end = bar * timeline.len() as f64;
    let bars = timeline.bars(fate);
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let axis = if is_last { 26 } else { 0 };
    svg((width, 44 + axis), fate, |area| {
        let mut chart = ChartBuilder::on(&area)
            .margin_left(20)
            .margin_right(20)
            .margin_top(2)
            .x_label_area_size(axis)
            .build_cartesian_2d(0.0..end, 0.0..f64::from(most))?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(AXIS)
            .x_labels(if width < 400 { 5 } else { 9 })
            .x_label_formatter(&|x| if *x == 0.0 { format!("0 {name}") } else { format!("{x}") })
            .label_style(("sans-serif", 13))
            .draw()?;
        chart.draw_series(bars.iter().map(|&(number, count)| {
            let start = number as f64 * bar;
            Rectangle::new([(start, 0.0), (start + bar, f64::from(count))], colour(fate).filled())
        }))?;
        area.present()?;
        Ok(())
    })
}

/// A duration, in one unit: `250 µs`, `3 ms`, `1.26 s`.
pub fn span(ns: f64) -> String {
    let (number, unit) = match ns {
        ..1e3 => (ns, "ns"),
        ..1e6 => (ns / 1e3, "µs"),
        ..1e9 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    let digits = match number {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let text = format!("{number:.digits$}");
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{short} {unit}")
}

/// Bars in a power of ten.
const IN_TEN: i32 = 6;

/// How many handshakes took how long: the bars are as wide as the times are long.
pub fn distribution(handshakes: &Histogram<u64>, width: u32) -> String {
    let bound = |bar: i32| 10_f64.powf(f64::from(bar) / f64::from(IN_TEN));
    let bar_of = |ns: u64| ((ns.max(1) as f64).log10() * f64::from(IN_TEN)).floor() as i32;
    let (first, last) = (bar_of(handshakes.min()), bar_of(handshakes.max()));
    let mut bars = vec![0_u64; usize::try_from(last - first).unwrap_or(0) + 1];
    for value in handshakes.iter_recorded() {
        let bar = usize::try_from(bar_of(value.value_iterated_to()) - first).unwrap_or(0);
        if let Some(count) = bars.get_mut(bar) {
            *count = count.saturating_add(value.count_at_value());
        }
    }
    let most = bars.iter().copied().max().unwrap_or(1).max(1) as f64;
    // At least one power of ten, so that the axis has a number.
    let (low, high) = (bound(first.div_euclid(IN_TEN) * IN_TEN), bound((last.div_euclid(IN_TEN) + 1) * IN_TEN));
    svg((width, 220), Fate::Opened, |area| {
        let mut chart = ChartBuilder::on(&area)
            .margin_right(24)
            .margin_top(8)
            .x_label_area_size(28)
            .y_label_area_size(46)
            .build_cartesian_2d((low..high).log_scale(), 0.0..most)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(AXIS)
            .x_labels(if width < 400 { 4 } else { 8 })
            .y_labels(5)
            .x_label_formatter(&|ns| span(*ns))
            .y_label_formatter(&|count| format!("{count}"))
            .label_style(("sans-serif", 13))
            .draw()?;
        chart.draw_series(bars.iter().zip(first..).filter(|(count, _)| **count > 0).map(|(&count, bar)| {
            Rectangle::new([(bound(bar), 0.0), (bound(bar + 1), count as f64)], colour(Fate::Opened).filled())
        }))?;
        area.present()?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let texts = [1.0, 999.0, 1e3, 250_400.0, 1.26e9, 12.34e6, 3.6e12].map(span);
        assert_eq!(texts, ["1 ns", "999 ns", "1 µs", "250 µs", "1.26 s", "12.3 ms", "3600 s"]);
    }
}
