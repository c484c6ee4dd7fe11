// SPDX-License-Identifier: MIT
#include "app/dialogs/recipe_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>

namespace hmr {
namespace {

constexpr int kColourDecimals = 4, kScaleDecimals = 3;

/// What a field shows of a number; a field that nobody touched must give back the number itself, not its rounding.
double rounded(double value, int decimals) {
    const double step = std::pow(10.0, decimals);
    return std::round(value * step) / step;
}

}  // namespace

RecipeDialog::RecipeDialog(const NetworkRecipe& own, const NetworkRecipe& shown, QWidget* parent)
    : QDialog(parent),
      own_(own),
      inputSize_(new QSpinBox(this)),
      iterations_(new QSpinBox(this)),
      boxScale_(new QDoubleSpinBox(this)),
      boxAspect_(new QDoubleSpinBox(this)),
      focalLength_(new QDoubleSpinBox(this)),
      cropRule_(new QComboBox(this)),
      border_(new QComboBox(this)),
      rotations_(new QComboBox(this)),
      stretch_(new QCheckBox(tr("Stretch each crop's contrast, as SPIN's own crops were"), this)) {
    setObjectName("recipeDialog");
    setWindowTitle(tr("Recipe of the network"));
    inputSize_->setObjectName("recipeInputSize");
    inputSize_->setRange(32, 2048);
    inputSize_->setSuffix(tr(" pixels"));
    iterations_->setObjectName("recipeIterations");
    iterations_->setRange(1, 20);
    boxScale_->setObjectName("recipeBoxScale");
    boxScale_->setDecimals(kScaleDecimals);
    boxScale_->setRange(0.667, 9.9);
    boxScale_->setSingleStep(0.05);
    boxScale_->setSuffix(tr(" × the box's longer side"));
    boxAspect_->setObjectName("recipeBoxAspect");
    boxAspect_->setDecimals(kScaleDecimals);
    boxAspect_->setRange(0.25, 1);
    boxAspect_->setSingleStep(0.05);
    boxAspect_->setSuffix(tr(" × its height in width"));
    boxAspect_->setToolTip(tr("The box is first grown to this width over height: 1 leaves its longer side as it is, HMR 2.0 has 0.75"));
    focalLength_->setObjectName("recipeFocalLength");
    focalLength_->setDecimals(kScaleDecimals);
    focalLength_->setRange(0.5, 1000);
    focalLength_->setSuffix(tr(" × the crop's side"));
    focalLength_->setToolTip(tr("Of the pinhole behind the crop: SPIN has 5000/224, HMR 2.0 5000/256; less is stronger perspective"));
    cropRule_->setObjectName("recipeCropRule");
    cropRule_->addItem(tr("averaged (ours)"), "area");
    cropRule_->addItem(tr("HMR: linear at any scale"), "hmr");
    cropRule_->addItem(tr("SPIN: imresize"), "spin");
    cropRule_->addItem(tr("HMR 2.0, MMHuman3D: blurred first"), "hmr2");
    border_->setObjectName("recipeBorder");
    border_->addItem(tr("the border repeats"), true);
    border_->addItem(tr("black"), false);
    rotations_->setObjectName("recipeRotations");
    if (own.rotationEncoding == "axis-angle") {
        rotations_->addItem(tr("axis-angle"), "axis-angle");
    } else {
        rotations_->addItem(tr("6D, SPIN's order"), "6d");
        rotations_->addItem(tr("6D, HMR 2.0's order"), "6d-sequential");
    }
    stretch_->setObjectName("recipeStretch");
    connect(cropRule_, &QComboBox::currentIndexChanged, this, [this] {
        stretch_->setEnabled(cropRule_->currentData() == "spin");
        if (!stretch_->isEnabled()) stretch_->setChecked(false);
    });

    auto* form = new QFormLayout;
    form->addRow(tr("Network"), new QLabel(QString::fromStdString(own.architecture), this));
    form->addRow(tr("Input"), inputSize_);
    form->addRow(tr("Crop's side"), boxScale_);
    form->addRow(tr("Box grown to"), boxAspect_);
    form->addRow(tr("Sampled"), cropRule_);
    form->addRow(QString(), stretch_);
    form->addRow(tr("Beyond the picture"), border_);
    addColours(form, tr("Mean of R, G, B"), "recipeMean", mean_);
    addColours(form, tr("Deviation of R, G, B"), "recipeDeviation", deviation_);
    form->addRow(tr("Rotations"), rotations_);
    form->addRow(tr("Steps of feedback"), iterations_);
    form->addRow(tr("Camera's focal length"), focalLength_);
    auto* hint = new QLabel(tr("Colours count from 0 to 1. The camera is the crop's: scale, x, y. What differs from the file is kept beside it."), this);
    hint->setWordWrap(true);
    hint->setEnabled(false);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel | QDialogButtonBox::RestoreDefaults, this);
    buttons->setObjectName("recipeButtons");
    buttons->button(QDialogButtonBox::RestoreDefaults)->setText(tr("As the file says"));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this, [this] { show(own_); });
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(hint);
    layout->addWidget(buttons);
    show(shown);
}

void RecipeDialog::addColours(QFormLayout* form, const QString& title, const QString& name, Colours& fields) {
    auto* row = new QHBoxLayout;
    for (std::size_t channel = 0; channel < fields.size(); ++channel) {
        fields[channel] = new QDoubleSpinBox(this);
        fields[channel]->setObjectName(name + QString::number(channel));
        fields[channel]->setDecimals(kColourDecimals);
        fields[channel]->setRange(name == "recipeMean" ? -10 : 0.0001, 10);
        fields[channel]->setSingleStep(0.01);
        row->addWidget(fields[channel]);
    }
    form->addRow(title, row);
}

void RecipeDialog::show(const NetworkRecipe& recipe) {
    shown_ = recipe;
    inputSize_->setValue(recipe.inputSize);
    boxScale_->setValue(1 / recipe.personShare);
    boxAspect_->setValue(recipe.boxAspect);
    focalLength_->setValue(recipe.relativeFocalLength);
    cropRule_->setCurrentIndex(cropRule_->findData(QString::fromStdString(recipe.cropRule)));
    stretch_->setEnabled(recipe.cropRule == "spin");
    stretch_->setChecked(recipe.stretchContrast);
    border_->setCurrentIndex(border_->findData(recipe.padWithEdge));
    rotations_->setCurrentIndex(rotations_->findData(QString::fromStdString(recipe.rotationEncoding)));
    iterations_->setValue(recipe.iterations);
    for (std::size_t channel = 0; channel < mean_.size(); ++channel) {
        mean_[channel]->setValue(static_cast<double>(recipe.mean[channel]));
        deviation_[channel]->setValue(static_cast<double>(recipe.deviation[channel]));
    }
}

NetworkRecipe RecipeDialog::recipe() const {
    NetworkRecipe recipe = shown_;
    recipe.inputSize = inputSize_->value();
    if (boxScale_->value() != rounded(1 / shown_.personShare, kScaleDecimals)) recipe.personShare = 1 / boxScale_->value();
    if (boxAspect_->value() != rounded(shown_.boxAspect, kScaleDecimals)) recipe.boxAspect = boxAspect_->value();
    if (focalLength_->value() != rounded(shown_.relativeFocalLength, kScaleDecimals)) recipe.relativeFocalLength = focalLength_->value();
    recipe.cropRule = cropRule_->currentData().toString().toStdString();
    recipe.stretchContrast = stretch_->isChecked();
    recipe.padWithEdge = border_->currentData().toBool();
    recipe.rotationEncoding = rotations_->currentData().toString().toStdString();
    recipe.iterations = iterations_->value();
    const auto take = [](const Colours& fields, std::array<float, 3>& colours) {
        for (std::size_t channel = 0; channel < fields.size(); ++channel)
            if (fields[channel]->value() != rounded(static_cast<double>(colours[channel]), kColourDecimals))
                colours[channel] = static_cast<float>(fields[channel]->value());
    };
    take(mean_, recipe.mean);
    take(deviation_, recipe.deviation);
    return recipe;
}

}  // namespace hmr
