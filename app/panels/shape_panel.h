// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>
#include <vector>

class QPushButton;

namespace hmr {

class Session;
class SliderRow;

/// The ten shape coefficients of the chosen person, each a named slider over ±5 standard deviations.
class ShapePanel : public QWidget {
    Q_OBJECT
public:
    explicit ShapePanel(Session& session, QWidget* parent = nullptr);

private:
    void rename();
    void refresh();
    void reset(int index);

    Session& session_;
    std::vector<SliderRow*> rows_;
    QPushButton* resetAll_;
};

}  // namespace hmr
