// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>
#include <array>
#include <map>

#include "body/measurements.h"

class QDoubleSpinBox;
class QLabel;
class QToolButton;

namespace hmr {

class Session;

/// What a tailor would measure on the chosen person, in centimetres. A measure that is typed is held while others are typed; the
/// betas that fit are solved at once.
class MeasurementPanel : public QWidget {
    Q_OBJECT
public:
    explicit MeasurementPanel(Session& session, QWidget* parent = nullptr);

Q_SIGNALS:
    void failed(const QString& message);

private:
    void refresh();
    void take(int measure);
    void release(int measure);

    Session& session_;
    std::array<QDoubleSpinBox*, kNumMeasures> spins_;
    std::array<QToolButton*, kNumMeasures> releases_;
    QLabel* volume_;
    std::map<Measure, double> wanted_;  ///< metres
    int wantedOf_ = -1;                 ///< the person they were typed for
};

}  // namespace hmr
