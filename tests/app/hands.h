// SPDX-License-Identifier: MIT
#pragma once
#include <QAbstractButton>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QSlider>
#include <QStyle>
#include <QStyleOptionSlider>
#include <QtTest>

namespace hmr::test {

inline QPoint handleOf(QSlider* slider) {
    QStyleOptionSlider option;
    option.initFrom(slider);
    option.minimum = slider->minimum();
    option.maximum = slider->maximum();
    option.sliderPosition = slider->sliderPosition();
    option.sliderValue = slider->value();
    return slider->style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, slider).center();
}

/// Drags a slider's handle as a hand does.
inline void dragSlider(QSlider* slider, int pixels) {
    const QPoint start = handleOf(slider);
    QTest::mousePress(slider, Qt::LeftButton, {}, start);
    for (int i = 1; i <= 6; ++i) QTest::mouseMove(slider, start + QPoint(pixels * i / 6, 0));
    QTest::mouseRelease(slider, Qt::LeftButton, {}, start + QPoint(pixels, 0));
}

/// In a dialog end with Tab: Return accepts the dialog, too.
inline void type(QDoubleSpinBox* spin, const QString& text, Qt::Key end = Qt::Key_Return) {
    spin->setFocus();
    spin->selectAll();
    QTest::keyClicks(spin, text);
    QTest::keyClick(spin, end);
}

/// Types a file (or several, each in quotes) into an open file dialog and accepts it. False when there is no such dialog.
inline bool chooseInDialog(QFileDialog* dialog, const QString& text) {
    auto* name = dialog ? dialog->findChild<QLineEdit*>("fileNameEdit") : nullptr;
    if (!name) return false;
    name->setText(text);
    QTest::keyClick(name, Qt::Key_Return);
    return true;
}

/// Clicks a button that is there, can be seen and used; false otherwise.
inline bool click(QAbstractButton* button) {
    if (!button || !button->isVisible() || !button->isEnabled()) return false;
    QTest::mouseClick(button, Qt::LeftButton);
    return true;
}

}  // namespace hmr::test
