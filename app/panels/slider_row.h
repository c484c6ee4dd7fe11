// SPDX-License-Identifier: MIT
#pragma once
#include <QElapsedTimer>
#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QSlider;
class QToolButton;

namespace hmr {

/// A named number: slider, spin box and a button that resets it. The children's object names are `name`Slider, `name`Spin and
/// `name`Reset. A drag, and quick changes by wheel or keys, are one gesture.
class SliderRow : public QWidget {
    Q_OBJECT
public:
    struct Range {
        double lowest = 0, highest = 1;
        int stepsPerUnit = 1;  ///< of the slider
        int decimals = 2;      ///< of the spin box
        QString suffix;
    };
    SliderRow(const QString& name, const QString& label, const Range& range, QWidget* parent = nullptr);

    void setLabel(const QString& label, const QString& toolTip);
    /// What a label takes in bold, in pixels.
    int widthOfLabel() const;
    /// For rows below each other, all the same.
    void setLabelWidth(int width);
    /// Shows a value without reporting it. `isChanged`: bold, and the reset button can be pressed.
    void show(double value, bool isChanged);
    double value() const { return value_; }

Q_SIGNALS:
    void gestureStarted();
    void edited(double value);
    void resetWanted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void takeSlider(int position);
    void takeSpin(double value);
    void edit(double value);

    Range range_;
    double value_ = 0;
    QLabel* label_;
    QSlider* slider_;
    QDoubleSpinBox* spin_;
    QToolButton* reset_;
    QElapsedTimer sinceEdit_;
};

}  // namespace hmr
