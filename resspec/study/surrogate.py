"""A Gaussian process over what is known of networks for free: Matérn 5/2, its scale, smoothness and noise fitted by
scikit-learn."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.special import ndtr
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

Floats = NDArray[np.float64]

FITTED = 120
"""Observations that the kernel is fitted to at most."""
JITTER = 1e-8


def kernel() -> Any:
    """Signal times Matérn 5/2 (Rasmussen & Williams, 2006, section 4.2), plus noise, over standardised features divided
    by the root of their number, so that networks lie about 1.4 apart however many features there are."""
    signal = ConstantKernel(1.0, (1e-2, 1e3)) * Matern(1.0, (0.05, 20.0), nu=2.5)
    return signal + WhiteKernel(0.05, (1e-4, 0.5))


def fitted_kernel(features: Floats, values: Floats) -> Any:
    """The kernel of greatest likelihood for standardised values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a bound that is met is the best there is
        return GaussianProcessRegressor(kernel(), random_state=0).fit(features[:FITTED], values[:FITTED]).kernel_


@dataclass(frozen=True, eq=False)
class Surrogate:
    """The process given observations: standardised values at features."""

    fitted: Any
    features: Floats
    lower: Floats
    weights: Floats
    centre: float
    spread: float

    def predict(self, features: Floats) -> tuple[Floats, Floats]:
        """Mean and deviation, noise left out, in the values' own unit."""
        across = self.fitted.k1(features, self.features)
        mean = across @ self.weights
        solved = solve_triangular(self.lower, across.T, lower=True, check_finite=False)
        variance = self.fitted.k1.diag(features) - np.einsum("ij,ij->j", solved, solved)
        deviation = np.sqrt(np.maximum(variance, 1e-12))
        return self.centre + self.spread * mean, self.spread * deviation


def surrogate(fitted: Any, features: Floats, values: Floats) -> Surrogate:
    """The process of a fitted kernel given these observations."""
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    covariance = fitted(features)
    covariance[np.diag_indices_from(covariance)] += JITTER
    lower = cholesky(covariance, lower=True, check_finite=False)
    weights = cho_solve((lower, True), (values - centre) / spread, check_finite=False)
    return Surrogate(fitted, features, lower, weights, centre, spread)


def improvement(mean: Floats, deviation: Floats, best: float) -> Floats:
    """Expected improvement over the best (Jones et al., 1998)."""
    z = (mean - best) / deviation
    return np.asarray(deviation * (z * ndtr(z) + np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)))
