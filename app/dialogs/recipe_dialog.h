// SPDX-License-Identifier: MIT
#pragma once
#include <QDialog>
#include <array>

#include "network/network_recipe.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QSpinBox;

namespace hmr {

/// How a network wants its crop and what its numbers mean, to be seen and changed: for weights that were trained otherwise than what
/// they are tells. What the weights' shapes fix (architecture, widths) is not offered.
class RecipeDialog : public QDialog {
    Q_OBJECT
public:
    /// `own` is what the file says by itself, `shown` what is in use.
    RecipeDialog(const NetworkRecipe& own, const NetworkRecipe& shown, QWidget* parent = nullptr);

    NetworkRecipe recipe() const;

private:
    using Colours = std::array<QDoubleSpinBox*, 3>;

    void addColours(QFormLayout* form, const QString& title, const QString& name, Colours& fields);
    void show(const NetworkRecipe& recipe);

    NetworkRecipe own_, shown_;
    QSpinBox *inputSize_, *iterations_;
    QDoubleSpinBox* boxScale_;   ///< the crop's side over the box's longer side, the reciprocal of the recipe's share
    QDoubleSpinBox* boxAspect_;  ///< width over height that the box is grown to first
    QDoubleSpinBox* focalLength_;  ///< over the crop's side
    QComboBox *cropRule_, *border_, *rotations_;
    QCheckBox* stretch_;
    Colours mean_{}, deviation_{};
};

}  // namespace hmr
