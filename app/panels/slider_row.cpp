// SPDX-License-Identifier: MIT
#include "app/panels/slider_row.h"

#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "app/icons.h"

namespace hmr {
namespace {

constexpr qint64 kGesturePause = 800;  ///< milliseconds after which a step by key or wheel is a gesture of its own

}  // namespace

SliderRow::SliderRow(const QString& name, const QString& label, const Range& range, QWidget* parent)
    : QWidget(parent),
      range_(range),
      label_(new QLabel(label, this)),
      slider_(new QSlider(Qt::Horizontal, this)),
      spin_(new QDoubleSpinBox(this)),
      reset_(new QToolButton(this)) {
    setObjectName(name + "Row");
    label_->setObjectName(name + "Label");
    label_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    label_->setMinimumWidth(18);
    slider_->setObjectName(name + "Slider");
    slider_->setRange(static_cast<int>(std::lround(range.lowest * range.stepsPerUnit)),
                      static_cast<int>(std::lround(range.highest * range.stepsPerUnit)));
    slider_->setPageStep(range.stepsPerUnit);
    slider_->setFocusPolicy(Qt::StrongFocus);
    slider_->setMinimumWidth(70);
    slider_->setToolTip(tr("Drag to change; double-click to reset"));
    slider_->installEventFilter(this);
    spin_->setObjectName(name + "Spin");
    spin_->setRange(range.lowest, range.highest);
    spin_->setDecimals(range.decimals);
    spin_->setSingleStep(1.0 / range.stepsPerUnit);
    spin_->setSuffix(range.suffix);
    spin_->setKeyboardTracking(false);
    spin_->setAlignment(Qt::AlignRight);
    spin_->setFixedWidth(spin_->fontMetrics().horizontalAdvance("-000.00" + range.suffix) + 28);
    spin_->installEventFilter(this);
    reset_->setObjectName(name + "Reset");
    reset_->setIcon(icon(Glyph::Reset));
    reset_->setIconSize({14, 14});
    reset_->setAutoRaise(true);
    reset_->setToolTip(tr("Back to the network's answer"));

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    const bool isLetter = label.size() == 1;
    if (isLetter) {
        label_->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
        label_->setFixedWidth(18);
    }
    layout->addWidget(label_, isLetter ? 0 : 6);
    layout->addWidget(slider_, 5);
    layout->addWidget(spin_);
    layout->addWidget(reset_);

    connect(slider_, &QSlider::sliderPressed, this, &SliderRow::gestureStarted);
    connect(slider_, &QSlider::valueChanged, this, &SliderRow::takeSlider);
    connect(spin_, &QDoubleSpinBox::valueChanged, this, &SliderRow::takeSpin);
    connect(reset_, &QToolButton::clicked, this, &SliderRow::resetWanted);
    show(0, false);
}

void SliderRow::setLabel(const QString& label, const QString& toolTip) {
    label_->setText(label);
    label_->setToolTip(toolTip);
}

int SliderRow::widthOfLabel() const {
    QFont bold = label_->font();
    bold.setBold(true);
    return QFontMetrics(bold).horizontalAdvance(label_->text());
}

void SliderRow::setLabelWidth(int width) { label_->setFixedWidth(width); }

void SliderRow::show(double value, bool isChanged) {
    value_ = value;
    const QSignalBlocker quietSlider(slider_), quietSpin(spin_);
    const int position = static_cast<int>(std::lround(std::clamp(value, range_.lowest, range_.highest) * range_.stepsPerUnit));
    if (!slider_->isSliderDown()) slider_->setValue(position);
    spin_->setValue(value);
    QFont font = label_->font();
    if (font.bold() != isChanged) {
        font.setBold(isChanged);
        label_->setFont(font);
    }
    reset_->setEnabled(isChanged);
}

bool SliderRow::eventFilter(QObject* watched, QEvent* event) {
    if (watched == slider_ && event->type() == QEvent::MouseButtonDblClick) {
        Q_EMIT resetWanted();
        return true;
    }
    // Turning the wheel over a panel should scroll it, not change what happens to lie under the pointer.
    if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(watched)->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void SliderRow::takeSlider(int position) { edit(static_cast<double>(position) / range_.stepsPerUnit); }

void SliderRow::takeSpin(double value) { edit(value); }

void SliderRow::edit(double value) {
    const bool isNewGesture = !slider_->isSliderDown() && (!sinceEdit_.isValid() || sinceEdit_.elapsed() > kGesturePause);
    if (isNewGesture) Q_EMIT gestureStarted();
    sinceEdit_.start();
    Q_EMIT edited(value);
}

}  // namespace hmr
