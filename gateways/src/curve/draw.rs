//! The picture of a curve, as an SVG: one panel a map, above the middle team A, below it team B.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Curve, MapCurve};

const WIDTH: u32 = 900;
const PANEL_HEIGHT: u32 = 380;
const COLOUR_A: RGBColor = RGBColor(31, 119, 180);
const COLOUR_B: RGBColor = RGBColor(214, 39, 40);

/// Draws a curve.
///
/// # Errors
/// A sentence if there is nothing to draw or the file cannot be written.
pub fn draw(path: &Path, curve: &Curve) -> Result<(), String> {
    if curve.maps.is_empty() {
        return Err("no map was played in it: there is nothing to draw".to_owned());
    }
    let cannot = |error: &dyn std::fmt::Display| format!("cannot draw {}: {error}", path.display());
    let height = PANEL_HEIGHT * curve.maps.len() as u32;
    let area = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE).map_err(|error| cannot(&error))?;
    for (panel, map) in area.split_evenly((curve.maps.len(), 1)).iter().zip(&curve.maps) {
        draw_map(panel, curve, map).map_err(|error| cannot(&error))?;
    }
    area.present().map_err(|error| cannot(&error))
}

fn draw_map(
    panel: &DrawingArea<SVGBackend<'_>, Shift>,
    curve: &Curve,
    map: &MapCurve,
) -> Result<(), Box<dyn std::error::Error>> {
    let [a, b] = &curve.teams;
    let end = map.points.last().map_or(1.0, |point| point.minute).max(1.0);
    let mut chart = ChartBuilder::on(panel)
        .caption(format!("{a} (above) v {b}: {}", map.name), ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..end, 0.0..1.0)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("minutes")
        .y_desc(format!("P({a} wins the map)"))
        .y_labels(5)
        .y_label_formatter(&|p| format!("{:.0} %", 100.0 * p))
        .x_label_formatter(&|minute| format!("{minute:.0}"))
        .label_style(("sans-serif", 14))
        .draw()?;
    chart.draw_series(LineSeries::new([(0.0, 0.5), (end, 0.5)], BLACK.mix(0.5)))?;
    // A price stands until the next one: steps, not slopes.
    let mut steps = Vec::with_capacity(2 * map.points.len());
    for pair in map.points.windows(2) {
        steps.extend([(pair[0].minute, pair[0].p_a), (pair[1].minute, pair[0].p_a)]);
    }
    steps.extend(map.points.last().map(|point| (point.minute, point.p_a)));
    chart.draw_series(LineSeries::new(steps, BLACK.stroke_width(2)))?;
    let moves = map.points.windows(2).filter(|pair| pair[0].p_a != pair[1].p_a);
    chart.draw_series(moves.map(|pair| {
        let colour = if pair[0].p_a < pair[1].p_a { COLOUR_A } else { COLOUR_B };
        Circle::new((pair[1].minute, pair[1].p_a), 3, colour.filled())
    }))?;
    Ok(())
}
