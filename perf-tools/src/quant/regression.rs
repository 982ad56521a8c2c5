//! Logistic regression by Newton's method, for a handful of features.

/// A fitted model: logit p = Σ weight · feature.
#[derive(Clone, Debug)]
pub struct Fit {
    /// One a feature.
    pub weights: Vec<f64>,
    /// Their standard errors, from the curvature at the optimum.
    pub errors: Vec<f64>,
}

/// Newton steps; twelve are far more than a convex problem of this size takes.
const STEPS_MAX: u32 = 50;
/// The change of a weight at which the fit stands.
const TOLERANCE: f64 = 1e-12;

/// Fits weights to rows of features with their outcomes.
///
/// # Errors
/// A sentence where no weights are best: too few rows, features that repeat each other, outcomes
/// that some feature separates completely.
pub fn fit(rows: &[(Vec<f64>, bool)]) -> Result<Fit, String> {
    let count = rows.first().map_or(0, |(features, _)| features.len());
    if rows.len() <= count {
        return Err(format!("{} games are too few for {count} coefficients", rows.len()));
    }
    let mut weights = vec![0.0; count];
    for _ in 0..STEPS_MAX {
        let (gradient, curvature) = slopes(rows, &weights);
        let inverse = inverted(curvature)
            .ok_or("the features repeat each other, or separate the outcomes completely")?;
        let step: Vec<f64> = inverse.iter().map(|row| dot(row, &gradient)).collect();
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step);
        if step.iter().all(|step| step.abs() < TOLERANCE) {
            let errors = (0..count).map(|index| inverse[index][index].sqrt()).collect();
            return Ok(Fit { weights, errors });
        }
    }
    Err(format!("no best weights after {STEPS_MAX} steps: some feature separates the outcomes"))
}

/// 1 / (1 + e^−x).
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Σ a·b.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn slopes(rows: &[(Vec<f64>, bool)], weights: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let count = weights.len();
    let mut gradient = vec![0.0; count];
    let mut curvature = vec![vec![0.0; count]; count];
    for (features, won) in rows {
        let p = sigmoid(dot(weights, features));
        let missed = f64::from(u8::from(*won)) - p;
        for (index, feature) in features.iter().enumerate() {
            gradient[index] += missed * feature;
            for (other, value) in features.iter().enumerate() {
                curvature[index][other] += p * (1.0 - p) * feature * value;
            }
        }
    }
    (gradient, curvature)
}

/// The inverse by Gauss and Jordan with pivots; `None` for a matrix that has none.
fn inverted(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let count = matrix.len();
    for (index, row) in matrix.iter_mut().enumerate() {
        row.extend((0..count).map(|column| f64::from(u8::from(column == index))));
    }
    for column in 0..count {
        let size = |row: &usize| matrix[*row][column].abs();
        let pivot = (column..count).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        matrix.swap(column, pivot);
        let divisor = matrix[column][column];
        if divisor.abs() < 1e-12 {
            return None;
        }
        matrix[column].iter_mut().for_each(|value| *value /= divisor);
        let own = matrix[column].clone();
        for (index, row) in matrix.iter_mut().enumerate().filter(|(index, _)| *index != column) {
            let _ = index;
            let factor = row[column];
            row.iter_mut().zip(&own).for_each(|(value, own)| *value -= factor * own);
        }
    }
    Some(matrix.into_iter().map(|row| row[count..].to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_come_back_as_log_odds() {
        // One in four without the feature, three in four with it: −ln 3 and 2 ln 3.
        let row = |feature: f64, won| (vec![1.0, feature], won);
        let rows: Vec<_> = [false, false, false, true]
            .into_iter()
            .flat_map(|won| [row(0.0, won), row(1.0, !won)])
            .cycle()
            .take(800)
            .collect();
        let fit = fit(&rows).expect("a fit");
        let three = 3.0_f64.ln();
        assert!((fit.weights[0] + three).abs() < 1e-9, "{fit:?}");
        assert!((fit.weights[1] - 2.0 * three).abs() < 1e-9, "{fit:?}");
        // 1 / √(n p (1−p)) for one group; for their difference the root of both squares.
        let error = 1.0 / (400.0 * 0.1875_f64).sqrt();
        assert!((fit.errors[0] - error).abs() < 1e-9, "{fit:?}");
        assert!((fit.errors[1] - error * 2.0_f64.sqrt()).abs() < 1e-9, "{fit:?}");
    }

    #[test]
    fn what_has_no_best_weights_is_refused() {
        let row = |feature: f64, won| (vec![1.0, feature], won);
        let separated: Vec<_> = (0..20).map(|k| row(f64::from(k) - 9.5, k >= 10)).collect();
        assert!(fit(&separated).is_err());
        let repeated: Vec<_> = (0..20).map(|k| row(1.0, k % 2 == 0)).collect();
        assert!(fit(&repeated).is_err());
        assert!(fit(&[]).is_err());
    }
}
