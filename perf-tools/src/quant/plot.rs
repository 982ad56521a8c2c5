//! The picture of a calibration: what was said against what happened, as an SVG.

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;

use super::scores::Scores;

const SIZE: (u32, u32) = (640, 640);
const COLOURS: [RGBColor; 3] =
    [RGBColor(31, 119, 180), RGBColor(214, 39, 40), RGBColor(44, 160, 44)];

/// Draws one line a list of forecasts, with bars of two standard errors.
pub fn calibration(path: &Path, title: &str, series: &[(String, &Scores)]) -> anyhow::Result<()> {
    draw(path, title, series).map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

fn draw(
    path: &Path,
    title: &str,
    series: &[(String, &Scores)],
) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("forecast")
        .y_desc("share won")
        .label_style(("sans-serif", 15))
        .draw()?;
    chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], BLACK.mix(0.4)))?;
    for ((label, scores), colour) in series.iter().zip(COLOURS.iter().cycle()) {
        let points: Vec<_> = scores.bins.iter().filter_map(|bin| bin.shares()).collect();
        let line = points.iter().map(|&(forecast, won, _)| (forecast, won));
        let drawn = chart.draw_series(LineSeries::new(line.clone(), colour.stroke_width(2)))?;
        let colour = *colour;
        drawn
            .label(label.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
        chart.draw_series(line.map(|point| Circle::new(point, 4, colour.filled())))?;
        chart.draw_series(points.iter().map(|&(forecast, won, error)| {
            let (low, high) = ((won - 2.0 * error).max(0.0), (won + 2.0 * error).min(1.0));
            PathElement::new([(forecast, low), (forecast, high)], colour.mix(0.6))
        }))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(("sans-serif", 15))
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
