// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <vector>

#include "training/evaluation/answers.h"
#include "training/evaluation/body_labels.h"

namespace hmr {

/// A person's crop with the answered body laid over it in the colours of its parts, its joints as a stick figure and the
/// annotated joints as dots.
Picture caseTile(const EvaluationPerson& person, const Answer& answer, BodyLabelPainter& painter);

/// best.jpg, median.jpg and worst.jpg of people by an error (smaller is better), drawn and answered once more.
void writeCasePages(const std::filesystem::path& folder, EvaluationSet& set, const std::vector<double>& errors, Method& method,
                    BodyLabelPainter& painter);

}  // namespace hmr
